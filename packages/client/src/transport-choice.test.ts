import { describe, expect, it } from 'vitest'
import { Random } from '../../../test/simulation/random.js'
import { seedsOf, size } from '../../../test/size.js'
import { bestOf, type Fate, randomNetwork, VirtualClient } from './virtual-network.fixture.js'

const WORKS = { stream: 'works', 'post-stream': 'works', 'long-poll': 'works' } as const
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

  it(
    '[CL9 CL63 CL64 CL65] is right at rest, behind networks that change',
    { timeout: size(60_000, 600_000) },
    () => {
      for (const seed of seedsOf('TRANSPORT_SEED', size(300, 10_000)))
        expect(faultAtRest(seed), `TRANSPORT_SEED=${seed}`).toBe('')
    },
  )
})

/** Returns what is wrong after some changes of the network, or nothing. */
function faultAtRest(seed: number): string {
  const random = randomOf(seed)
  const client = new VirtualClient(randomNetwork(random), random)
  client.start()
  for (let changes = Math.floor(random() * 4); changes > 0; changes--) {
    work(client, client.nowMs + random() * MINUTE_MS)
    client.change(randomNetwork(random))
    if (random() < 0.3) client.wake()
  }
  const last = { ...randomNetwork(random), state: 'up' } as const
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
  return ''
}
