import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningPostgres, startPostgres } from '../servers/postgres.js'
import { size } from '../size.js'
import { type Case, CASES, describe as says, type Outcome, play } from './cases.js'

let postgres: RunningPostgres
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres[Symbol.asyncDispose]())

describe('300 people on three nodes', { timeout: 300_000 }, () => {
  it('[EX4 EX12] move to other nodes when one is killed, and see nobody leave', async () => {
    const { flickers } = await isMended(CASES.kill)
    expect(flickers).toBe(0)
  })

  it('[EX2] see each other again when Redis is back without its data', async () => {
    await isMended(CASES.redisEmpty)
  })

  it('[EX3] see each other again after a node was cut off from Redis', async () => {
    await isMended(CASES.cutOff)
  })

  it('[EX12] see nobody leave during a rolling restart', async () => {
    const { flickers } = await isMended(CASES.rolling)
    expect(flickers).toBe(0)
  })

  // The gate has each of these rules in another case.
  if (size(false, true)) defineNightly()
})

function defineNightly(): void {
  it('[EX4] move to other nodes when one is suspended, which rejoins when it is resumed', async () => {
    await isMended(CASES.pause)
  })

  it('[EX3] see each other again when Redis is back', async () => {
    await isMended(CASES.redisRestarts)
  })
}

/** Plays a case, and checks that views are right in time and no acknowledged update is lost. */
async function isMended(played: Case): Promise<Outcome> {
  const outcome = await play(played, postgres)
  process.stdout.write(`${says(played, outcome)}\n`)
  expect(outcome.acknowledged).toBeGreaterThan(100)
  expect(outcome.lost).toBe(0)
  expect(outcome.rightAfterMs).toBeLessThan(played.rightWithinMs)
  return outcome
}
