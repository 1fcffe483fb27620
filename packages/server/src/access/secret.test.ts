import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { checkRoom } from '../room-name.js'
import { checkMemberKey } from './caller.js'
import { memberId } from './member-id.js'
import { resolveSecret } from './secret.js'

function dataFolder() {
  const path = mkdtempSync(join(tmpdir(), 'whereabouts-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}

it('[ID6] a secret is generated once in the data folder, readable by its owner only', () => {
  using folder = dataFolder()
  const dataDir = join(folder.path, 'made', 'here')
  const secret = resolveSecret(undefined, dataDir)
  expect(secret.length).toBeGreaterThanOrEqual(43)
  expect(resolveSecret(undefined, dataDir)).toBe(secret)
  expect(readdirSync(dataDir)).toEqual(['secret'])
  expect(statSync(join(dataDir, 'secret')).mode & 0o777).toBe(0o600)
  expect(statSync(dataDir).mode & 0o777).toBe(0o700)
})

it('[ID6] a configured secret takes precedence; without a data folder each process has its own', () => {
  using folder = dataFolder()
  expect(resolveSecret('given by a setting', folder.path)).toBe('given by a setting')
  expect(readdirSync(folder.path)).toEqual([])
  expect(resolveSecret(undefined, undefined)).not.toBe(resolveSecret(undefined, undefined))
})

it('an empty secret is refused and left as it is', () => {
  using folder = dataFolder()
  writeFileSync(join(folder.path, 'secret'), '\n')
  expect(() => resolveSecret(undefined, folder.path)).toThrow('is empty')
})

it('[ID3] a member id is 16 characters, derived from the secret, room, user and key', () => {
  const idOf = (secret: string, roomName: string, userId: string, key: string) =>
    memberId(secret, checkRoom(roomName), userId, checkMemberKey(key))
  const id = idOf('secret', 'room', 'user', 'key')
  expect(id).toMatch(/^[A-Za-z0-9_-]{16}$/)
  expect(idOf('secret', 'room', 'user', 'key')).toBe(id)
  const others = [
    idOf('other', 'room', 'user', 'key'),
    idOf('secret', 'roo', 'muser', 'key'),
    idOf('secret', 'room', 'use', 'rkey'),
    idOf('secret', 'room', '', 'key'),
  ]
  expect(new Set([id, ...others]).size).toBe(5)
})
