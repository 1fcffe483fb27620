import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { ExchangeLost } from '../../packages/server/src/exchange/exchange.js'
import { moveSlot, type RunningCluster, type RunningRedis, startCluster } from '../servers/redis.js'
import { TwoNodes } from './two-nodes.js'

let cluster: RunningCluster
beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster[Symbol.asyncDispose]())
beforeEach(async () => {
  for (const server of cluster.servers) await server.command('FLUSHALL')
})

it('distributes rooms over the servers', async () => {
  await using nodes = new TwoNodes(cluster.url)
  for (const server of cluster.servers) {
    const room = await roomOn(server)
    const [writer, reader] = await nodes.follow(room)
    await writer.append('"here"')
    await reader.has('"here"')
    expect(await server.command('EXISTS', `whereabouts:{${room}}:room`)).toBe(1)
    expect(await server.command('PUBSUB', 'SHARDCHANNELS', `*{${room}}*`)).toHaveLength(1)
  }
})

it('[EX1] receives messages that were sent while its connections were cut', async () => {
  await using nodes = new TwoNodes(cluster.url)
  for (const server of cluster.servers) {
    const room = await roomOn(server)
    const [writer, reader] = await nodes.follow(room)
    await server.command('CLIENT', 'KILL', 'TYPE', 'pubsub')
    const texts = Array.from({ length: 20 }, (_, index) => `"${index}"`)
    await Promise.all(texts.map((text) => writer.append(text)))
    await reader.has('"19"')
    expect(reader.state).toEqual(texts)
    expect([reader.begins.length, reader.losses]).toEqual([1, 0])
  }
})

it.each(['killed', 'paused'])(
  '[EX3] loses only the rooms of a server that is %s, until it is back',
  async (how) => {
    await using nodes = new TwoNodes(cluster.url)
    const [dying, living] = await twoWithoutLeases()
    const room = await roomOn(dying)
    const lost = await nodes.follow(room)
    const others = await roomOn(living)
    const kept = await nodes.follow(others)
    await lost[0].append('"before"')
    await lost[1].has('"before"')
    if (how === 'killed') await dying.kill()
    else dying.pause()
    try {
      for (const recorder of lost) await recorder.until('lost', () => recorder.losses === 1)
      await expect(lost[0].append('"refused"')).rejects.toThrow(ExchangeLost)
      await kept[0].append('"meanwhile"')
      await kept[1].has('"meanwhile"')
    } finally {
      if (how === 'killed') await dying.restart()
      else dying.resume()
    }
    for (const recorder of lost) {
      await recorder.beganAgain(2)
      const [first] = recorder.begins
      expect(recorder.history.epoch).toBe(first!.epoch)
      // A server that was started again may have lost something. EX23
      const isSame = recorder.history.firstVersion === first!.firstVersion
      expect([isSame, recorder.state]).toEqual(
        how === 'killed' ? [false, []] : [true, ['"before"']],
      )
    }
    await lost[1].append('"after"')
    await lost[0].has('"after"')
    for (const recorder of kept) expect([recorder.begins.length, recorder.losses]).toEqual([1, 0])
    expect([nodes.first.isReachable, nodes.second.isReachable]).toEqual([true, true])
  },
)

it('[EX1] [EX23] follows a room whose slot moves to another server, where it begins again', async () => {
  await using nodes = new TwoNodes(cluster.url)
  const [from, to] = await twoWithoutLeases()
  const room = await roomOn(from)
  const [writer, reader] = await nodes.follow(room)
  await writer.append('"before"')
  await reader.has('"before"')
  await moveSlot(room, from, to)
  // Refused, unless it was in time.
  await writer.append('"during"').catch(() => {})
  for (const recorder of [writer, reader]) await recorder.beganAgain(2)
  await writer.append('"new"')
  await reader.has('"new"')
  await reader.append('"after"')
  await writer.has('"after"')
  expect(writer.state).toEqual(['"new"', '"after"'])
  expect(reader.state).toEqual(writer.state)
  expect(reader.history).toEqual(writer.history)
  expect(writer.history.epoch).toBe(writer.begins[0]!.epoch)
  expect(writer.history.firstVersion).toBeGreaterThan(writer.begins[0]!.firstVersion + 2)
})

/** Finds a room whose keys are on this server. */
async function roomOn(server: RunningRedis): Promise<string> {
  for (let count = 0; ; count++) {
    const owned = await server.command('EXISTS', `{room-${count}}`).catch(() => undefined)
    if (owned !== undefined) return `room-${count}`
  }
}

/** Finds the two servers that don't hold the nodes' leases. */
async function twoWithoutLeases(): Promise<[RunningRedis, RunningRedis]> {
  const free: RunningRedis[] = []
  for (const server of cluster.servers) {
    const owned = await server.command('EXISTS', '{nodes}').catch(() => undefined)
    if (owned === undefined) free.push(server)
  }
  const [one, two] = free
  if (one === undefined || two === undefined) throw new Error('there are not two such servers')
  return [one, two]
}
