import { describe, expect, it } from 'vitest'
import { Random } from '../../../test/simulation/random.js'
import { seedsOf, size } from '../../../test/size.js'
import { type Way, WAYS } from './attempted.js'
import {
  bestOf,
  FAILURES,
  type Fate,
  narrowNetwork,
  type Network,
  randomNetwork,
  VirtualClient,
  VirtualServer,
  VirtualTime,
} from './virtual-network.fixture.js'

const WORKS = { stream: 'works', 'post-stream': 'works', 'long-poll': 'works' } as const
const UP = { fates: WORKS, latencyMs: 20, state: 'up' } as const
const DOWN = { ...UP, state: 'down' } as const
const MINUTE_MS = 60_000

function randomOf(seed: number): () => number {
  const random = new Random(seed)
  return () => random.next()
}

function start(fates: Partial<Record<'stream' | 'post-stream' | 'long-poll', Fate>> = {}) {
  const client = new VirtualClient(
    { fates: { ...WORKS, ...fates }, latencyMs: 20, state: 'up' },
    randomOf(7),
  )
  client.start()
  return client
}

/** Lets a client post every ten seconds, and others as often. */
function work(client: VirtualClient, untilMs: number): void {
  for (let atMs = client.nowMs; atMs < untilMs; atMs += 10_000) {
    client.at(atMs + client.random() * 10_000, () => client.post())
    client.at(atMs + client.random() * 10_000, () => client.makeNews())
  }
  client.runUntil(untilMs)
}

/** Has others make news, now and then two at once; returns when the long-poll was first live. */
function watchNews(client: VirtualClient, everyMs: number, untilMs: number): number {
  let polledAtMs = Infinity
  while (client.nowMs < untilMs) {
    client.makeNews()
    if (client.random() < 0.2) client.at(client.nowMs + 5, () => client.makeNews())
    client.runUntil(client.nowMs + everyMs)
    if (client.live === 'long-poll') polledAtMs = Math.min(polledAtMs, client.nowMs)
  }
  return polledAtMs
}

describe('the choice of a transport', () => {
  it.each<[Partial<Record<'stream' | 'post-stream', Fate>>, string]>([
    [{}, 'stream'],
    [{ stream: 'held' }, 'post-stream'],
    [{ stream: 'refused' }, 'post-stream'],
    [{ stream: 'reset' }, 'post-stream'],
    [{ stream: 'cut' }, 'post-stream'],
    [{ stream: 'lumped' }, 'post-stream'],
    [{ stream: 'held', 'post-stream': 'held' }, 'long-poll'],
    [{ stream: 'lumped', 'post-stream': 'lumped' }, 'long-poll'],
    [{ stream: 'refused', 'post-stream': 'cut' }, 'long-poll'],
  ])('[CL9] takes the best that works: %j', (fates, way) => {
    const client = start(fates)
    client.runUntil(2_000)
    expect(client.live).toBeDefined()
    work(client, 10 * MINUTE_MS)
    expect(client.live).toBe(way)
  })

  it.each<[Way, Fate, Fate]>(
    WAYS.flatMap((way) =>
      FAILURES.flatMap((one) => FAILURES.map((other) => [way, one, other] as [Way, Fate, Fate])),
    ),
  )('[CL98] opens the %s if nothing else works: %s, %s', (way, one, other) => {
    const [first, second] = WAYS.filter((each) => each !== way)
    const fates = { ...WORKS, [first!]: one, [second!]: other }
    const client = new VirtualClient({ ...UP, fates }, randomOf(7))
    client.start()
    const isOpened = (fate: Fate) => fate === 'cut' || fate === 'stalled'
    const isAnswered = (fate: Fate) => fate === 'refused' || fate === 'reset'
    if (!isOpened(one) && !isOpened(other)) {
      client.runUntil([one, other].every(isAnswered) ? 1_000 : 20_000)
      expect(client.live).toBe(way)
    }
    work(client, 10 * MINUTE_MS)
    expect(client.live).toBe(way)
  })

  it('[CL98] stays on a stream, although the call that asks for news gets no answer', () => {
    const client = start({ 'long-poll': 'refused' })
    work(client, 5 * MINUTE_MS)
    client.wake()
    work(client, 10 * MINUTE_MS)
    expect(client.interruptions).toBe(0)
  })

  it('[CL99] has a stream by POST prove itself where the one by GET was late', () => {
    const client = start({ stream: 'lumped', 'post-stream': 'lumped' })
    for (const endMs = 3 * MINUTE_MS; client.nowMs < endMs;) {
      client.makeNews()
      client.runUntil(client.nowMs + 300)
      if (client.live === 'long-poll') continue
      // A way that is late is never taken in place of the GET stream's.
      expect(client.live ?? 'stream').toBe('stream')
    }
    expect(client.live).toBe('long-poll')
  })

  it('[CL128] notices while it only reads that events come in lumps', () => {
    const client = start({ stream: 'lumped', 'post-stream': 'lumped' })
    // While nothing happens, nothing is late.
    client.runUntil(2 * MINUTE_MS)
    expect(client.live).toBe('stream')
    const beginMs = client.nowMs
    const polledAtMs = watchNews(client, 100, beginMs + 10_000)
    expect(polledAtMs - beginMs).toBeLessThan(4_000)
    expect(client.live).toBe('long-poll')
  })

  it.each([100, 700, 3_000])(
    '[CL128] stays on a stream that works, with news every %s ms, and asks seldom',
    (everyMs) => {
      const client = start()
      client.runUntil(1_000)
      const before = client.requests
      watchNews(client, everyMs, 5 * MINUTE_MS)
      // Confirmations, and one question each ten seconds at most.
      expect(client.requests - before).toBeLessThan(2 * 32)
      expect(client.interruptions).toBe(0)
      expect(client.live).toBe('stream')
    },
  )

  it('[CL101] leaves streams that are cut, although each says that nothing was missed', () => {
    const client = start({ stream: 'cut', 'post-stream': 'cut' })
    client.runUntil(2 * MINUTE_MS)
    const before = client.interruptions
    client.runUntil(20 * MINUTE_MS)
    expect(client.live).toBe('long-poll')
    expect(client.interruptions).toBe(before)
  })

  it.each(FAILURES)(
    '[CL100] isn’t shown as away when streams beside its long-poll are %s',
    (fate) => {
      for (let seed = 0; seed < 20; seed++) {
        const fates = { ...WORKS, stream: fate, 'post-stream': fate }
        const client = new VirtualClient({ ...UP, fates }, randomOf(seed))
        client.start()
        client.runUntil(30 * MINUTE_MS)
        expect(client.live).toBe('long-poll')
        expect(client.flickers).toBe(0)
      }
    },
  )

  it('[CL63] opens the long-poll beside a stream that says nothing', () => {
    const client = start({ stream: 'held', 'post-stream': 'held' })
    client.runUntil(1_400)
    expect(client.live).toBeUndefined()
    client.runUntil(2_000)
    expect(client.live).toBe('long-poll')
  })

  it('[CL64] notices by its own post that the stream is late, and shows what is new meanwhile', () => {
    const client = start({ stream: 'held' })
    work(client, MINUTE_MS)
    const delays = client.shownAtMs.map((ms, version) => ms - client.madeAtMs[version]!)
    expect(Math.max(...delays.slice(1))).toBeLessThan(2_000)
  })

  it('[CL65] goes back to the better way when that works', () => {
    const client = start({ stream: 'held', 'post-stream': 'refused' })
    work(client, 5 * MINUTE_MS)
    expect(client.live).toBe('long-poll')
    client.change({ fates: WORKS, latencyMs: 20, state: 'up' })
    work(client, 20 * MINUTE_MS)
    expect(client.live).toBe('stream')
  })

  it('[CL66] finds out within 3 s of being woken that the network is lost', () => {
    const client = start()
    work(client, MINUTE_MS)
    client.change({ fates: WORKS, latencyMs: 20, state: 'lost' })
    client.runUntil(client.nowMs + 1_000)
    expect(client.live).toBe('stream')
    client.wake()
    client.runUntil(client.nowMs + 3_100)
    expect(client.live).toBeUndefined()
  })

  it('[CL68] an idle person confirms at most six times a minute', () => {
    const client = start()
    client.runUntil(MINUTE_MS)
    const before = client.requests
    client.runUntil(11 * MINUTE_MS)
    const each = (client.requests - before) / 10
    expect(each).toBeGreaterThan(5)
    expect(each).toBeLessThanOrEqual(6)
  })

  it('[CL69 CL70] a hidden page confirms at once, and then at most twice a minute', () => {
    const client = start()
    client.runUntil(MINUTE_MS)
    const before = client.requests
    client.turn(true)
    expect(client.requests - before).toBe(1)
    client.runUntil(client.nowMs + 100)
    expect(client.onlineUntilMs - client.nowMs).toBeGreaterThan(89_000)
    client.runUntil(11 * MINUTE_MS)
    expect((client.requests - before) / 10).toBeLessThanOrEqual(2)
    client.turn(false)
    client.runUntil(client.nowMs + 100)
    expect(client.onlineUntilMs - client.nowMs).toBeLessThan(18_000)
  })

  it('[CL68] a post in time takes the place of a confirmation', () => {
    const client = start()
    client.runUntil(MINUTE_MS)
    const before = client.requests
    for (let count = 0; count < 60; count++) {
      client.post()
      client.runUntil(client.nowMs + 5_000)
    }
    expect(client.requests - before).toBe(60)
  })

  it('[CL71] a lost confirmation is sent again before others see the person as away', () => {
    const client = start()
    client.runUntil(MINUTE_MS)
    for (let count = 0; count < 20; count++) {
      client.change({ fates: WORKS, latencyMs: 20, state: 'lost' })
      client.runUntil(client.nowMs + 3_000)
      client.change({ fates: WORKS, latencyMs: 20, state: 'up' })
      for (const endMs = client.nowMs + 40_000; client.nowMs < endMs;) {
        client.runUntil(client.nowMs + 100)
        expect(client.onlineUntilMs).toBeGreaterThan(client.nowMs)
      }
    }
  })

  it(
    '[CL68 CL71] nobody is shown online 20 s after being cut off, and the own window doesn’t say live 16 s after it',
    { timeout: size(60_000, 600_000) },
    () => {
      for (const seed of seedsOf('CUT_SEED', size(500, 10_000)))
        expect(faultWhenCutOff(seed), `CUT_SEED=${seed}`).toBe('')
    },
  )

  it(
    '[CL9 CL63 CL64 CL65] is right at rest, behind networks that change',
    { timeout: size(60_000, 600_000) },
    () => {
      for (const seed of seedsOf('TRANSPORT_SEED', size(300, 10_000)))
        expect(faultAtRest(seed, randomNetwork), `TRANSPORT_SEED=${seed}`).toBe('')
    },
  )

  it.each(WAYS)(
    '[CL9 CL98] is on the %s at rest if nothing else works, whatever worked before',
    { timeout: size(60_000, 600_000) },
    (way) => {
      const narrow = (random: () => number, isLast: boolean) =>
        isLast ? narrowNetwork(random, way) : narrowNetwork(random)
      for (const seed of seedsOf('NARROW_SEED', size(100, 3_000)))
        expect(faultAtRest(seed, narrow), `NARROW_SEED=${seed}`).toBe('')
    },
  )
})

describe('a server that restarts', () => {
  /** Lets people work with a server that ends, and is back after a time; returns when it is. */
  function restarted(clients: readonly VirtualClient[], downMs: number, answerMs?: () => number) {
    const [first] = clients
    for (const client of clients) client.restart(DOWN)
    first!.runUntil(first!.nowMs + downMs)
    const network = { ...UP, ...(answerMs && { answerMs }) }
    for (const client of clients) client.restart(network)
    return first!.nowMs
  }

  it.each([500, 2_000, 20_000, 300_000])(
    '[CL4 CL90] has everybody back within 5 s, on a stream, after %i ms',
    (downMs) => {
      for (const seed of seedsOf('RESTART_SEED', size(200, 2_000))) {
        const client = new VirtualClient(UP, randomOf(seed))
        client.start()
        work(client, MINUTE_MS)
        const backMs = restarted([client], downMs)
        client.runUntil(backMs + 5_000)
        expect(client.live, `RESTART_SEED=${seed}`).toBe('stream')
      }
    },
  )

  it('[CL90 CL91] that takes 1 to 8 s for each answer has everybody back, who then stay', () => {
    const clients = seedsOf('SLOW_SEED', size(300, 5_000)).map((seed) => {
      const random = randomOf(seed)
      const client = new VirtualClient(UP, random)
      client.start()
      work(client, MINUTE_MS)
      const backMs = restarted([client], 2_000, () => 1_000 + random() * 7_000)
      const [before, asked] = [client.interruptions, client.requests]
      client.runUntil(backMs + 15_000)
      expect(client.live, `SLOW_SEED=${seed}`).toBeDefined()
      work(client, backMs + 3 * MINUTE_MS)
      const interruptions = client.interruptions - before
      expect(interruptions, `SLOW_SEED=${seed}`).toBeLessThanOrEqual(3)
      expect((client.requests - asked) / 180, `SLOW_SEED=${seed}`).toBeLessThan(0.5)
      return { interruptions, isOnStream: client.live === 'stream' }
    })
    const sum = clients.reduce((all, { interruptions }) => all + interruptions, 0)
    expect(sum / clients.length).toBeLessThan(0.4)
    const onStream = clients.filter(({ isOnStream }) => isOnStream).length
    expect(onStream / clients.length).toBeGreaterThan(0.95)
  })

  it.each([500, 2_000, 20_000])(
    '[CL4 CL93] that can take as many as come in 4 s is asked once by most, after %i ms',
    (downMs) => {
      const time = new VirtualTime()
      const server = new VirtualServer(time, 4)
      const clients = Array.from({ length: 1_000 }, (_, seed) => {
        const client = new VirtualClient(UP, randomOf(seed), time)
        client.start()
        return client
      })
      time.runUntil(MINUTE_MS)
      const backMs = restarted(clients, downMs, server.answerMs)
      const requests = () => clients.reduce((sum, client) => sum + client.requests, 0)
      const before = requests()
      time.runUntil(backMs + 1_000)
      expect(clients.filter(({ live }) => live !== undefined).length).toBeGreaterThan(50)
      time.runUntil(backMs + 10_000)
      expect(clients.filter(({ live }) => live !== 'stream')).toEqual([])
      expect(requests() - before).toBeLessThan(clients.length * 2)
    },
  )

  it('[CL91] isn’t left by who hears from it, although it doesn’t answer questions', () => {
    let takesMs = 0
    const client = new VirtualClient({ ...UP, answerMs: () => takesMs }, randomOf(7))
    client.start()
    client.runUntil(MINUTE_MS)
    takesMs = 30_000
    for (const endMs = client.nowMs + MINUTE_MS; client.nowMs < endMs;) {
      client.makeNews()
      client.runUntil(client.nowMs + 1_000)
    }
    expect(client.interruptions).toBe(0)
  })

  it('[CL92] is asked again at once by who is woken while nothing is open', () => {
    for (let seed = 0; seed < 20; seed++) {
      const client = new VirtualClient(UP, randomOf(seed))
      client.start()
      client.runUntil(MINUTE_MS)
      client.change({ ...UP, state: 'lost' })
      client.wake()
      client.runUntil(client.nowMs + 5_000)
      expect(client.live).toBeUndefined()
      client.change({ ...UP })
      client.wake()
      client.runUntil(client.nowMs + 100)
      expect(client.live).toBe('stream')
    }
  })

  it('[CL92] is asked again by everybody at another time when it was lost', () => {
    const time = new VirtualTime()
    const clients = Array.from({ length: 200 }, (_, seed) => {
      const client = new VirtualClient(UP, randomOf(seed), time)
      client.start()
      return client
    })
    time.runUntil(MINUTE_MS)
    for (const client of clients) {
      client.change({ ...UP, state: 'lost' })
      client.wake()
    }
    time.runUntil(MINUTE_MS + 3_000)
    expect(clients.filter(({ live }) => live !== undefined)).toEqual([])
    const opened = () => clients.filter(({ choice }) => choice.attempts.length > 0).length
    for (const [ms, least, most] of [
      [3_250, 25, 75],
      [3_500, 70, 130],
      [4_000, 200, 200],
    ] as const) {
      time.runUntil(MINUTE_MS + ms)
      expect(opened()).toBeGreaterThanOrEqual(least)
      expect(opened()).toBeLessThanOrEqual(most)
    }
  })
})

/** Returns what is wrong after some changes of the network, or nothing. */
function faultAtRest(
  seed: number,
  network: (random: () => number, isLast: boolean) => Network,
): string {
  const random = randomOf(seed)
  const client = new VirtualClient(network(random, false), random)
  client.start()
  for (let changes = Math.floor(random() * 4); changes > 0; changes--) {
    work(client, client.nowMs + random() * MINUTE_MS)
    client.change(network(random, false))
    if (random() < 0.3) client.wake()
  }
  const last = { ...network(random, true), state: 'up' } as const
  client.change(last)
  work(client, client.nowMs + 20 * MINUTE_MS)
  const [requests, version] = [client.requests, client.shownAtMs.length]
  work(client, client.nowMs + 10 * MINUTE_MS)
  const best = bestOf(last)
  if (client.live !== best) return `on ${client.live} in place of ${best}: ${JSON.stringify(last)}`
  const delays = client.shownAtMs
    .slice(version)
    .map((ms, at) => ms - client.madeAtMs[at + version]!)
  if (Math.max(...delays) > 4_000) return `shown after ${Math.max(...delays)} ms`
  const each = (client.requests - requests) / 600
  if (each > 1.5) return `${each} requests a second`
  if (client.flickers > 0) return `away ${client.flickers} times while it polled`
  return ''
}

/** Returns what is wrong after a visible page has lost its network, or nothing. */
function faultWhenCutOff(seed: number): string {
  const random = randomOf(seed)
  const network = { ...randomNetwork(random), state: 'up' } as const
  const client = new VirtualClient(network, random)
  client.start()
  if (random() < 0.5) work(client, random() * 3 * MINUTE_MS)
  if (random() < 0.3) client.turn(true)
  client.runUntil(client.nowMs + random() * 3 * MINUTE_MS)
  if (client.isHidden) client.turn(false)
  client.runUntil(client.nowMs + 1_000 + random() * MINUTE_MS)
  client.change({ ...network, state: 'lost' })
  const cutMs = client.nowMs
  client.runUntil(cutMs + (client.choice.tookMs > 1_500 ? 23_000 : 16_000))
  if (client.live !== undefined) return `still live on ${client.live}: ${JSON.stringify(network)}`
  client.runUntil(cutMs + 20_000)
  const lateMs = client.onlineUntilMs - client.nowMs
  return lateMs > 0 ? `online for ${lateMs} ms more: ${JSON.stringify(network)}` : ''
}
