import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Exchange, ExchangeLost } from '../../packages/server/src/exchange/exchange.js'
import { openRedis } from '../../packages/server/src/exchange/redis.js'
import { APPEND } from '../../packages/server/src/exchange/redis-scripts.js'
import { within } from 'whereabouts-conformance/deadline'
import { type RunningRedis, startRedis } from '../servers/redis.js'
import { RecordingLog } from '../servers/log.js'
import { Wire } from '../servers/wire.js'
import { PATIENCE_MS, Recorder } from './recorder.js'
import { openNode, TwoNodes } from './two-nodes.js'
import { TEXT_CODEC } from './text-codec.js'

/** Long enough for the other connection to be open and in use first. */
const HELD_UP_MS = 150
/** Shorter than the interval of routine checks of a room. */
const LOOK_MS = 7_000
const NODE = fileURLToPath(new URL('node.mjs', import.meta.url))

let redis: RunningRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis[Symbol.asyncDispose]())
beforeEach(() => redis.command('FLUSHALL'))

/** Replaces the batches of a log by others. */
const SHORTEN = `
redis.call('DEL', KEYS[1])
for index = 2, #ARGV, 2 do
  redis.call('XADD', KEYS[1], ARGV[index], 'batch', ARGV[index + 1], 'total', '0')
end
redis.call('HSET', KEYS[2], 'number', ARGV[1], 'mark', '1 somebody')
`

describe('an exchange through Redis', () => {
  it('gathers appends while a batch is in flight', async () => {
    await using node = openNode(redis.url)
    const recorder = await Recorder.begun(node, 'one')
    await Promise.all(Array.from({ length: 500 }, (_, index) => recorder.append(`${index}`)))
    expect(recorder.state).toEqual(Array.from({ length: 500 }, (_, index) => `${index}`))
    expect(recorder.batches).toHaveLength(2)
  })

  it('[FR24] gathers appends within the interval that the follower asks for', async () => {
    await using node = openNode(redis.url)
    const recorder = await Recorder.begun(node, 'one')
    recorder.batchIntervalMs = () => 2_000
    expect(await recorder.append('1')).toBe(1)
    const second = recorder.append('2')
    // A round trip, in which the second would have been sent.
    await node.nodes()
    const third = recorder.append('3')
    recorder.batchIntervalMs = () => 0
    expect(await Promise.all([second, third])).toEqual([2, 2])
    expect(await recorder.append('4')).toBe(3)
  })

  it('takes one round trip per batch', async () => {
    await using node = openNode(redis.url)
    const recorder = await Recorder.begun(node, 'one')
    const before = await calls('evalsha')
    const sinceMs = performance.now()
    for (let count = 0; count < 50; count++) await recorder.append('1')
    const made = (await calls('evalsha')) - before
    // The lease is renewed twice a second.
    const renewals = Math.ceil((performance.now() - sinceMs) / 500) + 1
    expect(made).toBeLessThanOrEqual(50 + renewals)
    expect(await calls('eval')).toBeLessThan(10)
  })

  it('[EX1] reads missed batches from the log', async () => {
    await using nodes = new TwoNodes(redis.url)
    const [writer, reader] = await nodes.follow('one')
    await writer.append('"1"')
    await reader.has('"1"')
    const { firstVersion } = writer.history
    // The batch is in the log but was not published.
    const text = `${firstVersion} 2 ${Date.now()} somebody\n${JSON.stringify('"2"')}`
    await redis.command('HSET', key('room'), 'number', '2')
    await redis.command('XADD', key('log'), '2-0', 'batch', text, 'total', '0')
    const sinceMs = performance.now()
    expect(await writer.append('"3"')).toBe(3)
    await reader.has('"3"')
    // Before the next routine check.
    expect(performance.now() - sinceMs).toBeLessThan(LOOK_MS)
    for (const recorder of [writer, reader]) {
      expect(recorder.state).toEqual(['"1"', '"2"', '"3"'])
      expect(recorder.numbers).toEqual([1, 2, 3])
      expect([recorder.begins.length, recorder.losses]).toEqual([1, 0])
    }
  })

  it.each([
    ['messages', [0, HELD_UP_MS]],
    ['commands', [HELD_UP_MS, 0]],
  ])('starts when both of its connections are open, the one for %s last', async (_, holdMs) => {
    await using wire = await Wire.to(Number(new URL(redis.url).port), holdMs)
    await using node = openNode(`redis://${wire.address}`)
    const recorder = await Recorder.begun(node, 'one')
    expect(recorder.losses).toBe(0)
  })

  it('[EX1] receives messages that were sent while its connection was cut', async () => {
    await using nodes = new TwoNodes(redis.url)
    const [writer, reader] = await nodes.follow('one')
    const sinceMs = performance.now()
    for (let round = 1; round <= 3; round++) {
      // May cut the connection again before it was back. Batches appended now are published before
      // the connection is back, and no message follows them.
      await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub')
      const own = Array.from({ length: 20 }, (_, index) => writer.append(`"${round} ${index}"`))
      await Promise.all(own)
      await reader.has(`"${round} 19"`)
    }
    expect(performance.now() - sinceMs).toBeLessThan(LOOK_MS)
    expect(reader.state).toEqual(writer.state)
    expect(reader.numbers).toEqual(reader.batches.map((_, index) => index + 1))
    for (const recorder of [writer, reader]) {
      expect([recorder.begins.length, recorder.losses]).toEqual([1, 0])
    }
  })

  it('[EX1] looks for missed batches as soon as its connection is back', async () => {
    await using node = openNode(redis.url)
    const reader = await Recorder.begun(node, 'one')
    await reader.append('"1"')
    const sinceMs = performance.now()
    // The batch is in the log but was not published, and no message follows it.
    const text = `${reader.history.firstVersion} 2 2 somebody\n${JSON.stringify('"2"')}`
    await redis.command('HSET', key('room'), 'number', '2', 'mark', '2 somebody')
    await redis.command('XADD', key('log'), '2-0', 'batch', text, 'total', '0')
    await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await reader.has('"2"')
    expect(performance.now() - sinceMs).toBeLessThan(LOOK_MS)
    expect([reader.begins.length, reader.losses]).toEqual([1, 0])
  })

  it('[AC22] says that a notice may be missing when its connection was cut, and hears the next', async () => {
    await using nodes = new TwoNodes(redis.url)
    await nodes.follow('one')
    const told: (string | undefined)[] = []
    nodes.second.onTold((notice) => told.push(notice))
    // Until it listens.
    await expect
      .poll(async () => {
        await nodes.first.tell('probe')
        return told
      })
      .toContain('probe')
    told.length = 0
    await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await expect.poll(() => told).toContain(undefined)
    await expect
      .poll(async () => {
        await nodes.first.tell('next')
        return told
      })
      .toContain('next')
  })

  it('cuts the log at a checkpoint', async () => {
    await using node = openNode(redis.url)
    const recorder = await Recorder.begun(node, 'one')
    for (let count = 0; count < 10; count++) await recorder.append('1')
    expect(await redis.command('XLEN', key('log'))).toBe(10)
    await recorder.checkpoint()
    expect(await redis.command('XLEN', key('log'))).toBe(0)
    await recorder.append('1')
    const late = await Recorder.begun(node, 'one')
    expect(late.state).toHaveLength(11)
  })

  it('limits the length of a log, and forgets rooms without followers', async () => {
    await using node = openNode(redis.url)
    const recorder = await Recorder.begun(node, 'one')
    const large = JSON.stringify('x'.repeat(1_000_000))
    for (let count = 0; count < 50; count++) await recorder.append(large)
    const used = Number(await redis.command('MEMORY', 'USAGE', key('log'), 'SAMPLES', '0'))
    expect(used).toBeLessThan(40_000_000)
    expect(recorder.numbers.at(-1)).toBe(50)
    for (const name of ['log', 'room']) {
      const leftMs = Number(await redis.command('PTTL', key(name)))
      expect(leftMs).toBeGreaterThan(50_000)
      expect(leftMs).toBeLessThanOrEqual(60_000)
    }
  })

  it('reads a long log in pages', async () => {
    await using node = openNode(redis.url)
    const writer = await Recorder.begun(node, 'one')
    for (let count = 1; count <= 600; count++) await writer.append(`${count}`)
    await using other = openNode(redis.url)
    const late = await Recorder.begun(other, 'one')
    expect(late.state).toEqual(writer.state)
    expect(late.numbers).toHaveLength(600)
  })

  it.each([
    ['has', []],
    ['has, and has something else in its place,', [2, 3]],
    ['has, and has more than that instead,', [2, 3, 4]],
  ])('[EX11] starts again if Redis lost the end of a log that a node %s', async (_, instead) => {
    await using nodes = new TwoNodes(redis.url)
    const [writer, reader] = await nodes.follow('one')
    for (const text of ['"1"', '"2"', '"3"']) await writer.append(text)
    await reader.has('"3"')
    const { firstVersion } = writer.history
    const numbers = [1, ...instead]
    const entries = numbers.flatMap((number) => [
      `${number}-0`,
      `${firstVersion} ${number} 1 somebody\n"instead"`,
    ])
    // Like a replica that took over before it had everything. The change is atomic.
    const words = ['2', key('log'), key('room'), String(numbers.at(-1)), ...entries]
    await redis.command('EVAL', SHORTEN, ...words)
    await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub')
    for (const recorder of [writer, reader]) {
      await recorder.beganAgain(2)
      expect(recorder.history.firstVersion).toBeGreaterThan(firstVersion + 3)
      expect(recorder.state).toEqual([])
    }
    await writer.append('"new"')
    await reader.has('"new"')
    expect(reader.history).toEqual(writer.history)
    expect(reader.numbers).toEqual([1])
  })

  it('[EX11] [RM9] starts again above all that it knows if Redis comes back with an older log', async () => {
    await using nodes = new TwoNodes(redis.url)
    const [writer, reader] = await nodes.follow('one')
    for (const text of ['"1"', '"2"']) await writer.append(text)
    await reader.has('"2"')
    const { firstVersion } = writer.history
    // Like a snapshot that was saved before the room's log was replaced by the one that the nodes know.
    const former = ['HSET', key('room'), 'life', String(firstVersion - 100), 'number', '90']
    await redis.command(...former)
    await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub')
    for (const recorder of [writer, reader]) {
      await recorder.beganAgain(2)
      expect(recorder.history.firstVersion).toBeGreaterThan(firstVersion + 2)
      expect(recorder.state).toEqual([])
    }
    await writer.append('"new"')
    await reader.has('"new"')
  })

  it('[EX11] acknowledges nothing in a log that has lost batches of this node', async () => {
    await using node = openNode(redis.url)
    const recorder = await Recorder.begun(node, 'one')
    for (const text of ['"1"', '"2"']) await recorder.append(text)
    const text = `${recorder.history.firstVersion} 1 1 somebody\n"instead"`
    await redis.command('DEL', key('log'))
    await redis.command('XADD', key('log'), '1-0', 'batch', text, 'total', '0')
    await redis.command('HSET', key('room'), 'number', '1', 'mark', '1 somebody')
    await expect(recorder.append('"3"')).rejects.toThrow(ExchangeLost)
    await recorder.beganAgain(2)
    expect(recorder.history.firstVersion).toBeGreaterThan(recorder.begins[0]!.firstVersion + 2)
    expect(await recorder.append('"4"')).toBe(1)
  })

  it('[EX3] is lost while Redis is paused, and starts again with the same state when it is back', async () => {
    await using nodes = new TwoNodes(redis.url)
    const [one, two] = await nodes.follow('one')
    const gone: string[] = []
    for (const node of [nodes.first, nodes.second]) node.onGone((id) => gone.push(id))
    // Appends nothing, so it is lost with its node; a room with an append may be lost sooner.
    const idle = await Recorder.begun(nodes.first, 'another')
    await one.append('"before"')
    await two.has('"before"')
    redis.pause()
    const sinceMs = performance.now()
    try {
      const appended = one.append('"unknown"')
      await expect(appended).rejects.toThrow(ExchangeLost)
      expect(performance.now() - sinceMs).toBeLessThan(3_000)
      for (const recorder of [one, two, idle]) {
        await recorder.until('lost', () => recorder.losses === 1)
      }
      expect(performance.now() - sinceMs).toBeLessThan(4_000)
      expect([nodes.first.isReachable, nodes.second.isReachable]).toEqual([false, false])
      await expect(one.append('"refused"')).rejects.toThrow(ExchangeLost)
      await expect(two.checkpoint()).rejects.toThrow(ExchangeLost)
      await expect(nodes.first.nodes()).rejects.toThrow(ExchangeLost)
    } finally {
      redis.resume()
    }
    for (const recorder of [one, two]) {
      await recorder.beganAgain(2)
      expect(recorder.history).toEqual(recorder.begins[0])
      expect(recorder.losses).toBe(1)
    }
    await two.append('"after"')
    await one.has('"after"')
    expect(one.batches).toEqual(two.batches)
    expect(one.state).not.toContain('"refused"')
    // The append may have succeeded or not, but if so, it was there when the room started again.
    expect(one.state.indexOf('"unknown"')).toBeLessThan(one.caughtUp)
    expect(await nodes.first.nodes()).toEqual(new Set([nodes.first.node, nodes.second.node]))
    expect(gone).toEqual([])
  })

  it('refuses a command that was sent before the room started again and arrives later', async () => {
    await using node = openNode(redis.url)
    const recorder = await Recorder.begun(node, 'one')
    await recorder.append('"before"')
    const fence = await fenceOf(node)
    await redis.command('CLIENT', 'KILL', 'TYPE', 'normal')
    await expect(recorder.append('"refused"')).rejects.toThrow(ExchangeLost)
    await recorder.beganAgain(2)
    expect(await fenceOf(node)).not.toEqual(fence)
    // A command that was in flight, as the old connection would deliver it.
    const { firstVersion } = recorder.history
    const keys = [key('room'), key('log'), fence.key, key('batches')]
    const operation = JSON.stringify('"late"')
    const late = [firstVersion, fence.value, node.node, operation, 60_000, 100, 100_000, 0, '']
    const words = [...keys, ...late].map(String)
    expect(await redis.command('EVAL', APPEND.text, '4', ...words)).toBeNull()
    words[5] = (await fenceOf(node)).value
    expect(await redis.command('EVAL', APPEND.text, '4', ...words)).toMatchObject({ 0: '2' })
    await recorder.has('"late"')
  })

  it('[EX3] [EX23] is lost while Redis is down, and begins again in the same epoch when Redis was restarted', async () => {
    await using nodes = new TwoNodes(redis.url)
    const [one, two] = await nodes.follow('one')
    await one.append('"before"')
    await redis.kill()
    for (const recorder of [one, two]) await recorder.until('lost', () => recorder.losses === 1)
    const alone = Recorder.follow(nodes.first, 'opened while it is down')
    await alone.until('lost', () => alone.losses === 1)
    await redis.restart()
    for (const recorder of [one, two]) await beganAbove(recorder)
    expect(two.history).toEqual(one.history)
    await alone.beganAgain(1)
    expect(await alone.append('"late"')).toBe(1)
    expect(await two.append('"after"')).toBe(1)
    await one.has('"after"')
  })

  it('[EX23] begins again if a node that knows nothing of the room comes after a restart', async () => {
    await using former = openNode(redis.url)
    const { firstVersion } = (await Recorder.begun(former, 'one')).history
    await former.close()
    await redis.kill()
    await redis.restart()
    await using node = openNode(redis.url)
    const recorder = await Recorder.begun(node, 'one')
    expect(recorder.history.firstVersion).toBeGreaterThan(firstVersion)
    // And goes on with that log from then on.
    await recorder.append('"1"')
    await using other = openNode(redis.url)
    expect((await Recorder.begun(other, 'one')).history).toEqual(recorder.history)
  })

  it('[EX23] begins again, and acknowledges nothing before, when the server’s history is another one', async () => {
    await using node = openNode(redis.url)
    const recorder = await Recorder.begun(node, 'one')
    await recorder.append('"1"')
    // Like a replica that took over behind the same connection.
    await redis.command('HSET', key('room'), 'server', 'another')
    await expect(recorder.append('"2"')).rejects.toThrow(ExchangeLost)
    await beganAbove(recorder)
    expect(await recorder.append('"3"')).toBe(1)
    // Without an append, as soon as the connection is back.
    await redis.command('HSET', key('room'), 'server', 'another')
    await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await recorder.beganAgain(3)
  })

  it('[EX25] without INFO, warns once, goes on with any log, and takes a batch that is gone for lost', async () => {
    await redis.command('ACL', 'SETUSER', 'blind', 'on', '>right', '~*', '&*', '+@all', '-info')
    const log = new RecordingLog()
    const node = openRedis(redis.url.replace('//', '//blind:right@'), TEXT_CODEC, log)
    await node.admitted()
    const recorder = await Recorder.begun(node, 'one')
    for (const text of ['"1"', '"2"']) await recorder.append(text)
    await redis.command('HSET', key('room'), 'server', 'another')
    expect(await recorder.append('"3"')).toBe(3)
    expect(log.warnings).toEqual([expect.stringContaining('+info')])
    // Like the log of the other side of a partition, after its checkpoint.
    await redis.command('DEL', key('log'))
    await redis.command('HSET', key('room'), 'number', '900', 'checkpoint', '900', 'mark', '1 one')
    await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await beganAbove(recorder)
    await node.close()
  })

  it('[EX1] knows a log that a checkpoint has cut again', async () => {
    await using nodes = new TwoNodes(redis.url)
    const [writer, reader] = await nodes.follow('one')
    for (const text of ['"1"', '"2"']) await writer.append(text)
    await reader.has('"2"')
    // It was away for what came until the checkpoint.
    await redis.command('DEL', key('log'))
    const cut = ['number', '9', 'checkpoint', '9', 'state', '["so far"]', 'mark', '1 somebody']
    await redis.command('HSET', key('room'), ...cut)
    await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await reader.until('the checkpoint', () => reader.state.includes('so far'))
    expect(reader.history.firstVersion).toBe(reader.begins[0]!.firstVersion)
  })

  it('[EX2] has another epoch when Redis comes back empty', async () => {
    await using nodes = new TwoNodes(redis.url)
    const [one, two] = await nodes.follow('one')
    await one.append('"before"')
    await redis.kill()
    await redis.restart({ empty: true })
    for (const recorder of [one, two]) {
      await recorder.beganAgain(2)
      expect(recorder.state).toEqual([])
      expect(recorder.history.epoch).not.toBe(recorder.begins[0]!.epoch)
      expect(recorder.history.firstVersion).toBeGreaterThan(recorder.begins[0]!.firstVersion + 1)
    }
    expect(two.history).toEqual(one.history)
    expect(await two.append('"after"')).toBe(1)
    await one.has('"after"')
  })

  it('[EX2] has another epoch when Redis is flushed while it runs', async () => {
    await using node = openNode(redis.url)
    const recorder = await Recorder.begun(node, 'one')
    await recorder.append('"before"')
    await redis.command('FLUSHALL')
    const sinceMs = performance.now()
    await recorder.until('another epoch', () => {
      return recorder.history.epoch !== recorder.begins[0]!.epoch
    })
    expect(performance.now() - sinceMs).toBeLessThan(LOOK_MS)
    expect(recorder.state).toEqual([])
    expect(await recorder.append('"after"')).toBe(1)
  })

  it('[EX4] reports a killed node, and a node that was stopped for long starts again', async () => {
    await using here = openNode(redis.url)
    const recorder = await Recorder.begun(here, 'one')
    const gone = new Set<string>()
    let look = () => {}
    here.onGone((node) => {
      gone.add(node)
      look()
    })
    await using killed = await startNode(redis.url, 'one')
    await using stopped = await startNode(redis.url, 'one')
    for (const { id } of [killed, stopped]) await recorder.has(JSON.stringify(id))
    expect(await here.nodes()).toEqual(new Set([here.node, killed.id, stopped.id]))
    killed.process.kill('SIGKILL')
    stopped.process.kill('SIGSTOP')
    const bothAreGone = new Promise<void>((resolve) => {
      look = () => gone.size === 2 && resolve()
      look()
    })
    await within(bothAreGone, 'the news that they are gone', PATIENCE_MS)
    expect(gone).toEqual(new Set([killed.id, stopped.id]))
    expect(await here.nodes()).toEqual(new Set([here.node]))
    const before = stopped.said('begin')
    stopped.process.kill('SIGCONT')
    await stopped.until('started again', () => stopped.said('begin') > before)
    expect(stopped.said('lost')).toBe(1)
    expect(await here.nodes()).toEqual(new Set([here.node, stopped.id]))
    expect(recorder.losses).toBe(0)
  })

  it('reports that it can’t connect if no server listens', async () => {
    await using nowhere = openNode('redis://127.0.0.1:1')
    const recorder = Recorder.follow(nowhere, 'one')
    await recorder.until('lost', () => recorder.losses === 1)
    expect(nowhere.isReachable).toBe(false)
    await expect(recorder.append('1')).rejects.toThrow(ExchangeLost)
  })

  it('refuses an invalid address', () => {
    for (const url of ['', 'localhost:6379', 'http://localhost', 'redis']) {
      expect(() => openRedis(url, TEXT_CODEC), url).toThrow(TypeError)
    }
  })

  it('keeps the databases of a server separate', async () => {
    await using here = openNode(redis.url)
    await using there = openNode(`${redis.url}/1`)
    const one = await Recorder.begun(here, 'one')
    const other = await Recorder.begun(there, 'one')
    await one.append('"here"')
    expect(await other.append('"there"')).toBe(1)
    expect(one.state).toEqual(['"here"'])
    expect(await here.nodes()).toEqual(new Set([here.node]))
  })
})

/** Waits until a room has begun again, empty, in the same epoch and above all its versions. */
async function beganAbove(recorder: Recorder): Promise<void> {
  await recorder.beganAgain(2)
  const [first] = recorder.begins
  expect(recorder.history.epoch).toBe(first!.epoch)
  expect(recorder.history.firstVersion).toBeGreaterThan(first!.firstVersion + 1)
  expect(recorder.state).toEqual([])
}

function key(name: string): string {
  return `whereabouts:{one}:${name}`
}

/** Reads the fence of a node, which identifies its current start of the room. */
async function fenceOf({ node }: Exchange<string>): Promise<{ key: string; value: string }> {
  const found = (await redis.command('KEYS', `${key('fence')}:${node}*`)) as string[]
  return { key: found[0]!, value: String(await redis.command('GET', found[0]!)) }
}

/** Returns how many times Redis has run a command. */
async function calls(name: string): Promise<number> {
  const stats = String(await redis.command('INFO', 'commandstats'))
  return Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0)
}

interface RunningNode extends AsyncDisposable {
  readonly id: string
  readonly process: ChildProcessByStdio<Writable, Readable, null>
  /** Returns how many times the node printed this line. */
  said(what: string): number
  until(what: string, isSo: () => boolean): Promise<void>
}

async function startNode(url: string, room: string): Promise<RunningNode> {
  const child = spawn(process.execPath, [NODE, url, room], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines: string[] = []
  const output = createInterface(child.stdout)
  output.on('line', (line) => lines.push(line))
  const until = async (what: string, isSo: () => boolean) => {
    const reached = async () => {
      while (!isSo()) await once(output, 'line')
    }
    await within(reached(), what, PATIENCE_MS)
  }
  await until('its name', () => lines.some((line) => line.startsWith('node ')))
  return {
    id: lines.find((line) => line.startsWith('node '))!.slice('node '.length),
    process: child,
    said: (what) => lines.filter((line) => line === what).length,
    until,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}
