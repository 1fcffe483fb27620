import { afterEach, beforeEach, expect, it } from 'vitest'
import { startCutOffSentinel, startWatched, type WatchedRedis } from '../servers/redis.js'
import type { Recorder } from './recorder.js'
import { TwoNodes } from './two-nodes.js'

let watched: WatchedRedis
beforeEach(async () => {
  watched = await startWatched()
})
afterEach(() => watched[Symbol.asyncDispose]())

it.each(['killed', 'told to hand over'])(
  '[EX3] [EX23] begins again at the replica when the server is %s',
  async (how) => {
    await using nodes = new TwoNodes(watched.url)
    const [one, two] = await nodes.follow('one')
    await one.append('"before"')
    await two.has('"before"')
    await watched.master.command('WAIT', '1', '1000')
    if (how === 'killed') await watched.master.kill()
    else await watched.failover()
    for (const recorder of [one, two]) await recorder.beganAgain(2)
    await append(two, '"after"')
    await one.has('"after"')
    await append(one, '"and back"')
    await two.has('"and back"')
    for (const recorder of [one, two]) {
      expect(recorder.state).toEqual(['"after"', '"and back"'])
      const [first] = recorder.begins
      expect(recorder.history.epoch).toBe(first!.epoch)
      expect(recorder.history.firstVersion).toBeGreaterThan(first!.firstVersion + 1)
    }
    expect(await watched.replica.command('EXISTS', 'whereabouts:{one}:room')).toBe(1)
  },
)

it('[EX26] believes the sentinels that know of the last election', async () => {
  await watched.failover()
  const cutOff = await startCutOffSentinel()
  try {
    const urls = [`${cutOff.address},${watched.address}`, `${watched.address},${cutOff.address}`]
    for (const addresses of urls) {
      await using nodes = new TwoNodes(`redis-sentinel://${addresses}#watched`)
      const [one, two] = await nodes.follow('one')
      await append(one, '"there"')
      await two.has('"there"')
      expect(two.state).toEqual(['"there"'])
    }
  } finally {
    await cutOff[Symbol.asyncDispose]()
  }
})

/** Retries an append, as several may fail while the replica takes over. */
async function append(recorder: Recorder, text: string): Promise<void> {
  for (;;) {
    const { length } = recorder.begins
    try {
      await recorder.append(text)
      return
    } catch {
      await recorder.beganAgain(length + 1)
    }
  }
}
