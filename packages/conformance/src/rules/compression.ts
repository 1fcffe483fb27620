import { describe, expect, it } from 'vitest'
import { memberKey, TestRoom } from '../room.js'
import { end, openStream } from '../stream.js'
import type { Suite } from '../suite.js'

const GZIP = { headers: { 'accept-encoding': 'gzip, deflate, br' } }

/** PROTOCOL.md section 8: compression. */
export function compressionRules({ calm, start }: Suite): void {
  describe('a compressed stream', () => {
    it('[ST14] one who takes gzip gets it, and reads each event when it arrives', async () => {
      const room = new TestRoom(calm.baseUrl)
      const key = memberKey()
      await using stream = await room.join(key, {}, GZIP)
      expect(stream.headers['content-encoding']).toBe('gzip')
      expect(stream.headers.vary?.toLowerCase()).toContain('accept-encoding')
      for (let row = 1; row <= 3; row++) {
        await room.move(key, `C${row}`)
        expect((await stream.next('patch')).data).toEqual({ move: { [stream.self]: `C${row}` } })
      }
    })

    it('[ST14 ST22] large frames and small ones, for early comers and late ones', async () => {
      const room = new TestRoom(calm.baseUrl)
      await using plain = await room.watch()
      await using early = await openStream(room.url('events', { watch: 1 }), GZIP)
      const keys = Array.from({ length: 60 }, memberKey)
      for (const key of keys) await room.move(key, { sheet: 'sheet-1', cell: 'C5', note: 'ä€😀' })
      await using late = await openStream(room.url('events', { watch: 1 }), GZIP)
      const last = await room.move(keys[0]!, 'the end')
      for (const stream of [plain, early, late]) {
        const { members } = await stream.until(
          'the end',
          (state) => state.members.get(last.self)?.location === 'the end',
        )
        expect(members).toEqual(plain.state.members)
        expect(members.size).toBe(60)
      }
    })

    it('[ST14] in the list view, and as the answer to a POST', async () => {
      const room = new TestRoom(calm.baseUrl)
      await using list = await openStream(room.url('events', { view: 'list', watch: 1 }), GZIP)
      await using post = await openStream(room.url('events'), { ...GZIP, method: 'POST', json: {} })
      expect((await list.next('message')).data).toEqual([])
      await post.next('snapshot')
      for (const { headers } of [list, post]) expect(headers['content-encoding']).toBe('gzip')
    })

    it.each(['', 'identity', 'gzip;q=0', 'gzip; q=0.000, br', 'deflate, br', 'agzip'])(
      '[ST14] one who says %j gets it plain',
      async (accepted) => {
        const room = new TestRoom(calm.baseUrl)
        await using stream = await room.join(
          memberKey(),
          {},
          { headers: { 'accept-encoding': accepted } },
        )
        expect(stream.headers['content-encoding']).toBeUndefined()
      },
    )

    it('[ST14] after a goodbye it ends as gzip does, checksum and all', async () => {
      await using server = await start()
      const room = new TestRoom(server.baseUrl)
      const key = memberKey()
      await using stream = await room.join(key, {}, GZIP)
      for (let round = 0; round < 20; round++) await room.move(key, 'x'.repeat(1_000))
      const stopped = server.stop()
      await stream.next('goodbye')
      await end(stream)
      expect(stream.isWhole).toBe(true)
      await stopped
    })
  })
}
