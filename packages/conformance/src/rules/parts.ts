import { describe, expect, it } from 'vitest'
import { call } from '../http.js'
import { memberKey, TestRoom } from '../room.js'
import type { Suite } from '../suite.js'

/** PROTOCOL.md section 8: streams of a part of the document. */
export function partRules({ calm }: Suite): void {
  describe('a stream of a part', () => {
    it('[ST15 ST23] [RM12] a stream of one part shows those in it, and counts the others', async () => {
      const room = new TestRoom(calm.baseUrl)
      const [ann, bob] = [memberKey(), memberKey()]
      await using first = await room.join(ann, { at: 's1', only: 1 })
      await using second = await room.watch({ at: 's2', only: 1 })
      await using all = await room.watch()
      const own = first.self
      expect([...first.state.members.keys()]).toEqual([own])
      expect(second.state).toMatchObject({ elsewhere: { s1: 1 } })
      const { self } = await room.move(bob, { at: 's2', cell: 'A1' })
      await second.until('bob', ({ members }) => members.has(self))
      await first.until('how many', ({ elsewhere }) => elsewhere['s2'] === 1)
      await room.move(bob, { at: 's1', cell: 'A1' })
      await first.until(
        'bob',
        ({ members, elsewhere }) => members.has(self) && !('s2' in elsewhere),
      )
      await second.until(
        'nobody',
        ({ members, elsewhere }) => members.size === 0 && elsewhere['s1'] === 2,
      )
      expect(all.patches.flatMap(({ leave = [] }) => leave)).toEqual([])
      expect(all.state.elsewhere).toEqual({})
      const position = second.position!
      await room.move(ann, { at: 's1', cell: 'B2' })
      await first.until('the move', ({ members }) => members.get(own)?.location !== null)
      expect(await second.quiet(2)).toEqual([])
      const answer = await call(room.url('location', { since: position, at: 's2', only: 1 }))
      expect(answer.status).toBe(204)
      expect(await room.since(position, { at: 's1', only: 1 })).toMatchObject({
        patch: { move: {} },
      })
    })

    it.each([
      { at: '' },
      { at: 'a b' },
      { at: 'x'.repeat(65) },
      { only: 1 },
      { at: 's1', only: 2 },
    ])('[NM8] [ST15] %j is bad-parameter', async (query) => {
      const room = new TestRoom(calm.baseUrl)
      for (const path of ['events', 'location']) {
        const { status } = await call(room.url(path, { ...query }))
        expect(status).toBe(400)
      }
    })

    it('[ST15] the list view has no parts', async () => {
      const room = new TestRoom(calm.baseUrl)
      const { status } = await call(room.url('events', { view: 'list', at: 's1', only: 1 }))
      expect(status).toBe(400)
    })
  })
}
