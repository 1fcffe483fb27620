import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { Http2SecureServer } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { CERTIFICATE, PRIVATE_KEY } from '../../../test/nest/certificate.js'
import { readSettings } from './settings.js'
import { followTls } from './tls.js'

const folder = mkdtempSync(join(tmpdir(), 'whereabouts-tls-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, content: string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const cert = file('cert.pem', CERTIFICATE)
const key = file('key.pem', PRIVATE_KEY)
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const other = file('other.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
const locked = file(
  'locked.pem',
  privateKey
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' })
    .toString(),
)
const absent = join(folder, 'absent.pem')

describe('[HT34] the files of a certificate', () => {
  const read = (said: { readonly CERT?: string; readonly KEY?: string }) =>
    readSettings(
      Object.fromEntries(
        Object.entries(said).map(([name, value]) => [`WHEREABOUTS_TLS_${name}`, value]),
      ),
    )

  it('are used together', () => {
    expect(read({ CERT: cert, KEY: key }).tls).toEqual({ cert, key })
    expect(read({}).tls).toBeUndefined()
  })

  it.each([
    [{ CERT: cert }, 'KEY: is required with WHEREABOUTS_TLS_CERT'],
    [{ KEY: key }, 'CERT: is required with WHEREABOUTS_TLS_KEY'],
    [{ CERT: absent, KEY: key }, `CERT: ${absent} can't be read`],
    [{ CERT: cert, KEY: absent }, `KEY: ${absent} can't be read`],
    [{ CERT: key, KEY: cert }, `CERT: ${key} must be a certificate in PEM`],
    [{ CERT: cert, KEY: cert }, `KEY: ${cert} must be a private key without a password in PEM`],
    [{ CERT: cert, KEY: locked }, `KEY: ${locked} must be a private key without a password`],
    [{ CERT: cert, KEY: other }, `KEY: ${other} is not the key of ${cert}`],
  ])('are named if they are wrong: %#', (said, message) => {
    expect(() => read(said)).toThrow(`\n  WHEREABOUTS_TLS_${message}`)
  })
})

it('[HT34] a certificate that is in use is said to be, even if its key is gone right after', () => {
  const files = { cert: file('used.pem', CERTIFICATE), key: file('gone.pem', PRIVATE_KEY) }
  const server = { setSecureContext: () => rmSync(files.key) } as unknown as Http2SecureServer
  const lines: string[] = []
  const take = (line: unknown) => void lines.push(String(line))
  const unfollow = followTls(server, files, { info: take, warn: take, error: take })
  try {
    chmodSync(files.key, 0o600)
    process.emit('SIGHUP')
  } finally {
    unfollow()
  }
  expect(lines.at(-1)).toBe(`the certificate was read again from ${files.cert}`)
})
