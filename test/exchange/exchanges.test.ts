import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  BATCH_CHARACTERS,
  BATCH_OPERATIONS,
  type Exchange,
  ExchangeLost,
  type Notices,
} from '../../packages/server/src/exchange/exchange.js'
import { MemoryExchange, MemoryLogs } from './memory-exchange.js'
import { openRedis } from '../../packages/server/src/exchange/redis.js'
import { within } from 'whereabouts-conformance/deadline'
import {
  type RunningCluster,
  type RunningRedis,
  startCluster,
  startRedis,
} from '../servers/redis.js'
import { Recorder } from './recorder.js'
import { TEXT_CODEC } from './text-codec.js'

/** The backend that several exchanges share. */
interface Place extends AsyncDisposable {
  /** Opens another node. */
  open(): Promise<Exchange<string> & Notices>
  /** Makes the log of a room lose its oldest batches. */
  cut(room: string, writer: Recorder): Promise<void>
  /** Makes a room without followers expire immediately. */
  expire(room: string): Promise<void>
}

let redis: RunningRedis
let cluster: RunningCluster
beforeAll(async () => {
  redis = await startRedis()
  cluster = await startCluster()
})
afterAll(async () => {
  await redis[Symbol.asyncDispose]()
  await cluster[Symbol.asyncDispose]()
})

runContract('memory', memoryPlace)
runContract('Redis', () => redisPlace(redis.url, [redis]))
runContract('a cluster of Redis', () => redisPlace(cluster.url, cluster.servers))

/** Tests the contract of every exchange. */
function runContract(name: string, newPlace: () => Promise<Place>): void {
  describe(name, () => {
    it('[EX1] tells three nodes the same batches in the same order, each once', async () => {
      await using place = await newPlace()
      const nodes = await Promise.all([place.open(), place.open(), place.open()])
      const all = await Promise.all(nodes.map((node) => Recorder.begun(node, 'one')))
      const appended = all.flatMap((recorder, index) =>
        Array.from({ length: 100 }, async (_, count) => {
          // Some appends wait for the answer to another.
          if (count % 10 === 9) await recorder.append(`"${index} waits"`)
          return recorder.append(`"${index} ${count}"`)
        }),
      )
      await Promise.all(appended)
      for (const recorder of all) {
        await recorder.until('all', () => recorder.state.length === 330)
        expect(recorder.batches).toEqual(all[0]!.batches)
        expect(recorder.numbers).toEqual(recorder.batches.map((_, index) => index + 1))
        expect(new Set(recorder.state).size).toBe(303)
        expect(recorder.begins).toHaveLength(1)
        expect(recorder.losses).toBe(0)
      }
      for (const [index, { node }] of nodes.entries()) {
        const own = all[0]!.batches.filter((batch) => batch.node === node)
        const operations = own.flatMap((batch) => batch.operations)
        // The ones that waited come after those that they waited for.
        const atOnce = numbered(index, 100).filter((text) => !text.endsWith('9"'))
        expect(operations.filter((each) => atOnce.includes(each))).toEqual(atOnce)
      }
      const times = all[0]!.batches.map(({ atMs }) => atMs)
      expect(times).toEqual(times.toSorted((a, b) => a - b))
    })

    it('[EX1] starts with the same epoch and first version for all', async () => {
      await using place = await newPlace()
      const [first, second] = [await place.open(), await place.open()]
      const here = await Recorder.begun(first, 'one')
      const there = await Recorder.begun(second, 'one')
      const other = await Recorder.begun(second, '__proto__')
      expect(there.history).toEqual(here.history)
      expect(here.history.checkpoint).toBeNull()
      expect(Number.isSafeInteger(here.history.firstVersion)).toBe(true)
      expect(here.history.epoch).toMatch(/^[A-Za-z0-9_-]{1,32}$/)
      expect(other.history.epoch).toBe(here.history.epoch)
    })

    it('acknowledges a batch after its follower received it', async () => {
      await using place = await newPlace()
      const node = await place.open()
      const recorder = await Recorder.begun(node, 'one')
      const number = await recorder.append('"a"', '"b"')
      expect(recorder.batches).toMatchObject([
        { number, node: node.node, operations: ['"a"', '"b"'] },
      ])
      expect(await recorder.append('"c"')).toBe(number + 1)
    })

    it('keeps rooms apart', async () => {
      await using place = await newPlace()
      const [first, second] = [await place.open(), await place.open()]
      const one = await Recorder.begun(first, 'one')
      const two = await Recorder.begun(second, '__proto__')
      const alsoOne = await Recorder.begun(second, 'one')
      expect(await two.append('"two"')).toBe(1)
      expect(await one.append('"one"')).toBe(1)
      await alsoOne.has('"one"')
      expect([one.state, alsoOne.state, two.state]).toEqual([['"one"'], ['"one"'], ['"two"']])
    })

    it('puts an append made while a batch is delivered after that batch', async () => {
      await using place = await newPlace()
      const [first, second] = [await place.open(), await place.open()]
      const asker = await Recorder.begun(first, 'one')
      const answerer = await Recorder.begun(second, 'one')
      const answers: Promise<number>[] = []
      for (const recorder of [asker, answerer]) {
        recorder.onBatch = ({ operations }) => {
          if (!operations.includes('"question"')) return
          answers.push(recorder.append('"answer"'))
          expect(recorder.state).toEqual(['"question"'])
        }
      }
      await asker.append('"question"')
      for (const recorder of [asker, answerer]) {
        await recorder.until('both answers', () => recorder.state.length === 3)
        expect(recorder.numbers).toEqual([1, 2, 3])
      }
      expect(new Set(await Promise.all(answers))).toEqual(new Set([2, 3]))
    })

    it('[EX1] tells a late follower everything, or the checkpoint and all later batches', async () => {
      await using place = await newPlace()
      const first = await place.open()
      const writer = await Recorder.begun(first, 'one')
      for (const text of numbered(0, 5)) await writer.append(text)
      const late = await Recorder.begun(await place.open(), 'one')
      expect(late.history).toEqual(writer.history)
      expect(late.batches).toEqual(writer.batches)
      await writer.checkpoint()
      await writer.append('"after"')
      const later = await Recorder.begun(await place.open(), 'one')
      expect(later.history).toEqual({
        ...writer.history,
        checkpoint: { number: 5, state: JSON.stringify(numbered(0, 5)) },
      })
      expect(later.numbers).toEqual([6])
      expect(later.state).toEqual(writer.state)
      await late.append('"on"')
      await later.has('"on"')
      expect(later.numbers).toEqual([6, 7])
    })

    it('ignores a checkpoint that is not newer, or beyond the log', async () => {
      await using place = await newPlace()
      const writer = await Recorder.begun(await place.open(), 'one')
      for (const text of numbered(0, 4)) await writer.append(text)
      await writer.checkpoint()
      await writer.following.checkpoint(4, '["the same"]')
      await writer.following.checkpoint(2, '["older"]')
      await writer.following.checkpoint(9, '["from the future"]')
      await writer.append('"more"')
      const late = await Recorder.begun(await place.open(), 'one')
      expect(late.history.checkpoint?.number).toBe(4)
      expect(late.state).toEqual(writer.state)
    })

    it('[EX11] starts again for all when a new follower needs batches that the log no longer has', async () => {
      await using place = await newPlace()
      const [first, second] = [await place.open(), await place.open()]
      const writer = await Recorder.begun(first, 'one')
      const reader = await Recorder.begun(second, 'one')
      await place.cut('one', writer)
      await writer.append('"still here"')
      await reader.has('"still here"')
      expect(reader.begins).toHaveLength(1)
      writer.onBegin = () => {
        void writer.append('"stated again"')
        expect(writer.batches).toEqual([])
      }
      const late = await Recorder.begun(await place.open(), 'one')
      expect(late.history.checkpoint).toBeNull()
      await late.append('"new"')
      for (const recorder of [writer, reader]) {
        await recorder.beganAgain(2)
        for (const text of ['"new"', '"stated again"']) await recorder.has(text)
        expect(recorder.history).toEqual(late.history)
        expect(recorder.numbers).toEqual([1, 2])
        expect(recorder.history.firstVersion).toBeGreaterThan(recorder.begins[0]!.firstVersion)
        expect(recorder.history.epoch).toBe(recorder.begins[0]!.epoch)
      }
    })

    it('[EX11] starts again with higher versions after a room had no followers for long', async () => {
      await using place = await newPlace()
      const node = await place.open()
      const before = await Recorder.begun(node, 'one')
      await before.append('"before"')
      before.following.end()
      await place.expire('one')
      const after = await Recorder.begun(node, 'one')
      expect(after.state).toEqual([])
      expect(after.history.epoch).toBe(before.history.epoch)
      expect(after.history.firstVersion).toBeGreaterThan(before.history.firstVersion + 1)
    })

    it('[EX9] starts again with higher versions for the others when one discards the log', async () => {
      await using place = await newPlace()
      const writer = await Recorder.begun(await place.open(), 'one')
      const reader = await Recorder.begun(await place.open(), 'one')
      await writer.append('"poison"')
      await reader.has('"poison"')
      reader.following.discard()
      const late = await Recorder.begun(await place.open(), 'one')
      expect(late.state).toEqual([])
      await late.append('"new"')
      await writer.beganAgain(2)
      await writer.has('"new"')
      expect(writer.state).toEqual(['"new"'])
      expect(writer.history).toEqual(late.history)
      expect(writer.history.epoch).toBe(writer.begins[0]!.epoch)
      expect(writer.history.firstVersion).toBeGreaterThan(writer.begins[0]!.firstVersion)
      await expect(reader.append('"too late"')).rejects.toThrow(ExchangeLost)
    })

    it('[EX9] doesn’t discard a log that another node has started since', async () => {
      await using place = await newPlace()
      const [one, two] = [await place.open(), await place.open()]
      const [first, second] = [await Recorder.begun(one, 'one'), await Recorder.begun(two, 'one')]
      first.following.discard()
      const late = await Recorder.begun(one, 'one')
      await late.append('"new"')
      second.following.discard()
      await late.append('"newer"')
      const last = await Recorder.begun(await place.open(), 'one')
      expect(last.state).toEqual(late.state)
    })

    it('sends nothing to a follower that has ended, and refuses its appends', async () => {
      await using place = await newPlace()
      const node = await place.open()
      const ended = await Recorder.begun(node, 'one')
      const other = await Recorder.begun(node, 'one')
      ended.onBatch = () => ended.following.end()
      await other.append('"a"')
      await other.append('"b"')
      await ended.has('"a"')
      await other.append('"c"')
      expect(ended.state).toEqual(['"a"'])
      await expect(ended.append('"d"')).rejects.toThrow(ExchangeLost)
      await expect(ended.checkpoint()).rejects.toThrow(ExchangeLost)
      expect(other.state).toEqual(['"a"', '"b"', '"c"'])
    })

    it('refuses an invalid batch immediately', async () => {
      await using place = await newPlace()
      const recorder = await Recorder.begun(await place.open(), 'one')
      const { following } = recorder
      expect(() => following.append([])).toThrow(RangeError)
      const many = Array.from({ length: BATCH_OPERATIONS + 1 }, () => '1')
      expect(() => following.append(many)).toThrow(RangeError)
      const large = JSON.stringify('x'.repeat(BATCH_CHARACTERS))
      expect(() => following.append([large, '1'])).toThrow(RangeError)
      await following.append([large])
      await following.append(many.slice(1))
      expect(recorder.state).toEqual([large, ...many.slice(1)])
    })

    it('carries any text', async () => {
      await using place = await newPlace()
      const [first, second] = [await place.open(), await place.open()]
      const writer = await Recorder.begun(first, 'one')
      const reader = await Recorder.begun(second, 'one')
      const texts = ['"\\u0000\\n"', '"😀 ﷽ \u2028"', '{"__proto__":1}', '" 1 2 "', '""']
      await writer.append(...texts)
      await reader.has('""')
      expect(reader.state).toEqual(texts)
      await writer.checkpoint()
      const late = await Recorder.begun(second, 'one')
      expect(late.state).toEqual(texts)
    })

    it('[EX4] tells the others when a node closes, and lists the open nodes', async () => {
      await using place = await newPlace()
      const [first, second, third] = [await place.open(), await place.open(), await place.open()]
      const gone: string[] = []
      const goes = new Promise<void>((resolve) => {
        first.onGone((node) => {
          gone.push(node)
          resolve()
        })
      })
      expect(await first.nodes()).toEqual(new Set([first.node, second.node, third.node]))
      await second.close()
      await within(goes, 'the news that a node is gone')
      expect(gone).toEqual([second.node])
      expect(await first.nodes()).toEqual(new Set([first.node, third.node]))
    })

    it('[CO8] keeps the latest promise of a member for every node, until it ends', async () => {
      await using place = await newPlace()
      const [one, two] = [await place.open(), await place.open()]
      await Recorder.begun(one, 'promises')
      await one.promise('promises', 'ann', 90_000)
      await one.promise('promises', 'ann', 60_000)
      await two.promise('promises', 'bob', 1)
      await one.promise('other', 'cem', 60_000)
      const read = () => two.promised('promises', ['ann', 'bob', 'cem'])
      await expect.poll(async () => (await read())[1]).toBeUndefined()
      const [ann, , cem] = await read()
      expect(ann).toEqual({ withinMs: 60_000, leftMs: expect.any(Number) })
      expect(ann!.leftMs).toBeLessThanOrEqual(60_000)
      expect(cem).toBeUndefined()
    })

    it('[AC20] [AC23] tells every other node what one tells, each once and in order', async () => {
      await using place = await newPlace()
      const nodes = [await place.open(), await place.open(), await place.open()]
      const told = nodes.map((node) => {
        const notices: string[] = []
        node.onTold((notice) => notice !== undefined && notices.push(notice))
        return notices
      })
      // A node listens soon after it began.
      await expect
        .poll(async () => {
          await nodes[0]!.tell('are you there?')
          return told.slice(1).every((notices) => notices.length > 0)
        })
        .toBe(true)
      const notices = ['{"a":"b c"}', ' ', 'ä']
      for (const notice of notices) await nodes[0]!.tell(notice)
      for (const [index, heard] of told.entries()) {
        if (index === 0) continue
        await expect.poll(() => heard.slice(-notices.length)).toEqual(notices)
      }
      expect(told[0]).toEqual([])
    })
  })
}

async function memoryPlace(): Promise<Place> {
  const logs = new MemoryLogs<string>(64)
  const opened: Exchange<string>[] = []
  return {
    open: async () => {
      const exchange = new MemoryExchange(logs)
      opened.push(exchange)
      return exchange
    },
    cut: async (_, writer) => {
      for (let count = 0; count < 65; count++) await writer.append('"more"')
    },
    expire: async () => {},
    [Symbol.asyncDispose]: async () => {
      for (const exchange of opened) await exchange.close()
    },
  }
}

async function redisPlace(url: string, servers: readonly RunningRedis[]): Promise<Place> {
  for (const server of servers) await server.command('FLUSHALL')
  const opened: Exchange<string>[] = []
  const key = (room: string, name: string) => `whereabouts:{${room}}:${name}`
  return {
    open: async () => {
      const exchange = openRedis(url, TEXT_CODEC)
      opened.push(exchange)
      await isReady(exchange)
      return exchange
    },
    cut: async (room, writer) => {
      await writer.append('"to be cut"')
      await onOwner(servers, 'XTRIM', key(room, 'log'), 'MAXLEN', '0')
    },
    expire: async (room) => {
      await onOwner(servers, 'DEL', key(room, 'log'), key(room, 'room'))
    },
    [Symbol.asyncDispose]: async () => {
      for (const exchange of opened) await exchange.close()
    },
  }
}

/** Runs a command on the server that has its keys. */
async function onOwner(servers: readonly RunningRedis[], ...words: string[]): Promise<void> {
  const tries = servers.map((server) => server.command(...words))
  const outcomes = await Promise.allSettled(tries)
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
}

async function isReady(exchange: Exchange<string>): Promise<void> {
  const probe = Recorder.follow(exchange, 'probe')
  await probe.until('begun', () => probe.begins.length > 0)
  probe.following.end()
  expect(exchange.isReachable).toBe(true)
}

function numbered(writer: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `"${writer} ${index}"`)
}
