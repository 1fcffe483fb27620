import { joinRoom } from '@whereabouts/client'
import { describe, expect, it } from 'vitest'
import { BadProxy, type Fault } from '../networks/bad-proxy.js'
import { Application } from './application.js'
import { until } from './until.js'

const CUT_MS = 300

/** Cuts each stream, and counts those that it has cut. */
class Cutting implements Fault {
  streams = 0

  readonly pass: NonNullable<Fault['pass']> = ({ url = '' }) => {
    if (!url.includes('/events')) return undefined
    return (answer, outgoing) => {
      outgoing.flushHeaders()
      answer.pipe(outgoing)
      answer.once('close', () => (this.streams += 1))
      const timer = setTimeout(() => outgoing.destroy(), CUT_MS)
      outgoing.once('close', () => clearTimeout(timer))
    }
  }
}

describe('a proxy that cuts each stream', () => {
  it(
    '[CL100] others don’t see somebody who polls as away when another stream is tried and cut',
    { timeout: 60_000 },
    async () => {
      await using server = await Application.listen()
      const cutting = new Cutting()
      await using proxy = await BadProxy.before(server.port, cutting)
      const room = 'budget'
      const ann = joinRoom({ url: proxy.url, room, location: 1 })
      const bob = joinRoom({ url: server.url, room, watch: true })
      try {
        // Both kinds of stream were cut twice by then.
        await until(ann, ({ transport }) => transport === 'long-poll')
        await expect.poll(() => cutting.streams, { timeout: 30_000 }).toBe(4)
        ann.move(2)
        await until(bob, ({ members }) => members[0]?.location === 2)
        const seen = new Set<string | undefined>()
        bob.subscribe(() => seen.add(bob.getSnapshot().members[0]?.status))
        await expect.poll(() => cutting.streams, { timeout: 30_000 }).toBe(6)
        ann.move(3)
        await until(bob, ({ members }) => members[0]?.location === 3)
        expect([...seen]).toEqual(['online'])
        expect(ann.getSnapshot().transport).toBe('long-poll')
      } finally {
        await Promise.all([ann, bob].map((each) => each.leave()))
      }
    },
  )
})
