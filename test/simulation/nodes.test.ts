import { describe, expect, it } from 'vitest'
import { NodesRun } from './nodes.js'
import type { Plant } from './node.js'
import { PLANTS } from './plants.js'
import { size } from '../size.js'
import { failureOf, givenSeed } from './seeds.js'

/** Seeds that once failed, in addition to the others. */
const PINNED: readonly number[] = []
const SEEDS = size(900, 20_000)
/** A planted bug must be found within this many seeds. */
const FIND_WITHIN = 150

/** `SIMULATION_SEED=7 npx vitest run test/simulation/nodes.test.ts` runs one seed and prints its events. */
const seeds = givenSeed === undefined ? [...PINNED, ...Array(SEEDS).keys()] : [givenSeed]

it(`[EX1 EX2 EX3 EX4 EX11 EX12 EX13 LK3 LK4 LK6 LK12 LK13 LK15 LK16] ${seeds.length} seeds: a room is the same on all nodes, whatever happens to nodes and Redis`, async () => {
  for (const seed of seeds) {
    expect(await failureOf(seed, new NodesRun(seed))).toBeUndefined()
  }
}, 600_000)

it('is deterministic for a seed', async () => {
  const [one, other] = [new NodesRun(1), new NodesRun(1)]
  await one.go()
  await other.go()
  expect(one.trace).toEqual(other.trace)
})

describe('finds a node that', () => {
  it.each(Object.entries(PLANTS))(
    '%s',
    async (_, plant) => {
      expect(await firstFailing(plant)).toBeLessThan(FIND_WITHIN)
    },
    120_000,
  )
})

async function firstFailing(plant: Plant): Promise<number> {
  for (let seed = 0; seed < FIND_WITHIN; seed++) {
    if ((await failureOf(seed, new NodesRun(seed, plant))) !== undefined) return seed
  }
  return Infinity
}
