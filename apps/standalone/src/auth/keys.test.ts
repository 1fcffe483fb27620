import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose'
import { afterEach, expect, it, vi } from 'vitest'
import { RecordingLog } from '../../../../test/servers/log.js'
import { KeysUnavailable, openJwks } from './keys.js'

const HOUR_MS = 3_600_000

afterEach(() => vi.useRealTimers())

it('[OP18] the last keys stay valid for a day if no others can be fetched', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwks = JSON.stringify({ keys: [await exportJWK(publicKey)] })
  let isAway = false
  const server = createServer((_request, response) => {
    response.writeHead(isAway ? 503 : 200).end(jwks)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const log = new RecordingLog()
  vi.useFakeTimers({ toFake: ['Date'] })
  try {
    const keys = openJwks(
      new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
      log,
    )
    const token = await new SignJWT({}).setProtectedHeader({ alg: 'ES256' }).sign(privateKey)
    const verified = () => jwtVerify(token, keys)
    await expect(verified()).resolves.toBeDefined()
    isAway = true
    for (let hours = 0; hours < 23; hours++) {
      vi.setSystemTime(Date.now() + HOUR_MS)
      await expect(verified()).resolves.toBeDefined()
    }
    expect(log.errors).toEqual([expect.stringContaining('it answered 503')])
    vi.setSystemTime(Date.now() + 2 * HOUR_MS)
    await expect(verified()).rejects.toThrow(KeysUnavailable)
    isAway = false
    vi.setSystemTime(Date.now() + HOUR_MS)
    await expect(verified()).resolves.toBeDefined()
  } finally {
    server.close()
    server.closeAllConnections()
  }
})
