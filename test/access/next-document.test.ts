import { existsSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sharedAccess } from '@whereabouts/server'
import { expect, it } from 'vitest'
import { call } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import { openStore } from '../documents/log.store.mjs'
import { as, Office, start } from './application.js'

const BYTES = { 'content-type': 'application/octet-stream' }
/** A Yjs update with one text in it, `secret` in the map `m`. */
const UPDATE = Buffer.from('AQEBACgBAW0BeAF3BnNlY3JldAA=', 'base64')

const ownedBy = (owner: string, link: string) => ({
  owner,
  json: JSON.stringify({ owner, link, users: {} }),
})

it.each([
  ['a read', 'document', {}],
  ['a sync', 'document/sync', { headers: BYTES, body: Buffer.from([0]) }],
])(
  '[RS17] [SR10] %s answers nothing of the next document, which another node made meanwhile',
  async (_what, path, asked) => {
    const folder = await mkdtemp(join(tmpdir(), 'whereabouts-'))
    const file = join(folder, 'log')
    const module = new URL('./gated.store.mjs', import.meta.url)
    const { authenticate } = new Office().options
    const options = { authenticate, authorize: sharedAccess, store: { module, options: { file } } }
    const other = await openStore({ file })
    try {
      await using running = await start('node:http', { ...options, linkGives: 'nothing' })
      const room = new TestRoom(running.baseUrl)
      const first = { roomName: room.name, incarnation: '0-a', begins: '.0', bytes: UPDATE }
      await other.claim(first, ownedBy('ada', 'edit'))
      const reading = call(room.url(path), {
        ...asked,
        headers: { ...BYTES, ...as('eve').headers },
      })
      await expect.poll(() => existsSync(`${file}.loads`)).toBe(true)
      await other.remove({ roomName: room.name, incarnation: 'x' })
      await other.claim({ ...first, incarnation: 'x' }, ownedBy('ben', 'nothing'))
      writeFileSync(`${file}.may`, '')
      const { status, text } = await reading
      expect(text).not.toContain('secret')
      expect(status).toBe(403)
      expect((await call(room.url('document'), as('ben'))).text).toContain('secret')
    } finally {
      await other.close()
      await rm(folder, { recursive: true, force: true })
    }
  },
)
