import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningPostgres, startPostgres } from '../servers/postgres.js'
import { type Case, CASES, describe as says, type Outcome, play } from './cases.js'

let postgres: RunningPostgres
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres[Symbol.asyncDispose]())

describe('300 people on three nodes', { timeout: 300_000 }, () => {
  it('[EX4 EX12] go on elsewhere when a node is killed, and nobody sees anybody leave', async () => {
    const { flickers } = await isMended(CASES.kill)
    expect(flickers).toBe(0)
  })

  it('[EX4] go on elsewhere when a node is stopped, which then goes on as one of three', async () => {
    await isMended(CASES.pause)
  })

  it('[EX3] are together again when Redis is back', async () => {
    await isMended(CASES.redisRestarts)
  })

  it('[EX2] are together again when Redis is back and has lost everything', async () => {
    await isMended(CASES.redisEmpty)
  })

  it('[EX3] are together again with those on a node that was cut off', async () => {
    await isMended(CASES.cutOff)
  })

  it('[EX12] see nobody leave while one node after the other is replaced', async () => {
    const { flickers } = await isMended(CASES.rolling)
    expect(flickers).toBe(0)
  })
})

/** In time, and nothing that was acknowledged is lost. */
async function isMended(played: Case): Promise<Outcome> {
  const outcome = await play(played, postgres)
  process.stdout.write(`${says(played, outcome)}\n`)
  expect(outcome.acknowledged).toBeGreaterThan(100)
  expect(outcome.lost).toBe(0)
  expect(outcome.rightAfterMs).toBeLessThan(played.rightWithinMs)
  return outcome
}
