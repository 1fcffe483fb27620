import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call } from 'whereabouts-conformance/http'
import { memberKey, TestRoom, versionOf } from 'whereabouts-conformance/room'
import { end } from 'whereabouts-conformance/stream'
import type { RunningServer } from '../servers/standalone.js'
import { newPlace, type Place } from './place.js'

const FAILURES = /^whereabouts_room_failures_total (\d+)$/m

let place: Place
let one: RunningServer
let two: RunningServer
beforeAll(async () => {
  place = await newPlace()
  ;[one, two] = await Promise.all([place.node(), place.node()])
})
afterAll(() => place[Symbol.asyncDispose]())

/** Invalid batches, written to the log of a room and published on its channel. */
const BATCHES: Readonly<Record<string, (life: string, number: number) => string>> = {
  'an operation that can’t be applied': (life, number) => `${life} ${number} 1 somebody\nnull`,
  'an operation that is not JSON': (life, number) => `${life} ${number} 1 somebody\n{`,
  'text that isn’t a batch': () => 'poison',
}

async function writeBatch(room: string, write: (life: string, number: number) => string) {
  const key = (name: string) => `whereabouts:{${room}}:${name}`
  const life = String(await place.redis.command('HGET', key('room'), 'life'))
  const number = Number(await place.redis.command('HINCRBY', key('room'), 'number', '1'))
  const text = write(life, number)
  await place.redis.command('XADD', key('log'), `${number}-0`, 'batch', text, 'total', '0')
  await place.redis.command('SPUBLISH', key('batches'), text)
}

async function failures({ baseUrl }: RunningServer): Promise<number> {
  const { text } = await call(`${baseUrl}/metrics`)
  return Number(FAILURES.exec(text)![1])
}

describe('a room whose log is poisoned', () => {
  it.each(Object.entries(BATCHES))(
    '[EX9 RM13 RM14 RM15 RM17] ends on every node and starts again: %s',
    async (_, write) => {
      const here = new TestRoom(one.baseUrl)
      const there = new TestRoom(two.baseUrl, here.name)
      const [ann, ben] = [memberKey(), memberKey()]
      await using bystander = await new TestRoom(one.baseUrl).watch()
      await using annStream = await here.join(ann)
      await using benStream = await there.join(ben)
      const before = await here.move(ann, 'A1')
      await benStream.until('A1', ({ members }) => members.size === 2)
      await writeBatch(here.name, write)
      for (const stream of [annStream, benStream]) {
        expect((await stream.next('problem')).data).toMatchObject({ status: 500 })
        await end(stream)
      }
      // The history is lost but not the epoch, and the poisoned log is not read again.
      await using again = await here.join(ann, { lastEventId: before.id })
      expect(again.arrived.map(({ name }) => name)).toContain('resync')
      const after = await here.move(ann, 'A2')
      expect(after.id.split(':')[0]).toBe(before.id.split(':')[0])
      expect(versionOf(after.id)).toBeGreaterThan(versionOf(before.id))
      await using benAgain = await there.join(ben)
      await benAgain.until('A2', ({ members }) => members.size === 2)
      await again.until('Ben', ({ members }) => members.size === 2)
      const counts = [await failures(one), await failures(two)]
      await here.move(ann, `A${randomInt(1_000)}`)
      expect([await failures(one), await failures(two)]).toEqual(counts)
      expect(bystander.arrived.map(({ name }) => name)).not.toContain('problem')
    },
  )
})
