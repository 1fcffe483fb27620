import { expect, it } from 'vitest'
import { ExchangeRun } from './exchange-run.js'
import { size } from '../size.js'
import { failureOf, givenSeed } from './seeds.js'

const SEEDS = size(2_000, 10_000)
const seeds = givenSeed === undefined ? [...Array(SEEDS).keys()] : [givenSeed]

it(`[EX1 EX2 EX3] ${seeds.length} seeds: all nodes receive the same batches in the same order`, async () => {
  for (const seed of seeds) {
    expect(await failureOf(seed, new ExchangeRun(seed))).toBeUndefined()
  }
}, 240_000)
