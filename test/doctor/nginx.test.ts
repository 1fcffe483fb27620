import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { examine, type Examined } from '@whereabouts/client/doctor'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { replaceAll } from '../auth/guide.js'
import { CERTIFICATE, PRIVATE_KEY } from '../nest/certificate.js'
import { guideFor } from '../proxies/guide.js'
import { freePort } from '../servers/free-port.js'
import { startNginx } from '../servers/nginx.js'
import { type RunningServer, startServer } from '../servers/standalone.js'

const SERVER = '127.0.0.1:3000'

let server: RunningServer
beforeAll(async () => {
  // The certificate of these tests is nobody's.
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
  server = await startServer({}, 0, [], { WHEREABOUTS_TRUSTED_PROXIES: '127.0.0.1' })
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await server.stop()
})

/** Looks through an nginx with some lines in its location, and others around its server. */
async function through(lines: string, around = ''): Promise<Examined> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const { host } = new URL(server.baseUrl)
  const text = `
    ${around}
    server {
      listen 127.0.0.1:${port};
      location / {
        proxy_pass http://${host};
        ${lines}
      }
    }`
  await using _nginx = await startNginx(text, url)
  return await examined(url)
}

async function examined(url: string): Promise<Examined> {
  const diagnosis = await examine({ url }, { httpVersion: async () => undefined })
  if (diagnosis.state === 'unreachable') throw new Error(diagnosis.reason)
  return diagnosis
}

const kinds = ({ findings }: Examined) => [...new Set(findings.map(({ kind }) => kind))]
const lines = ({ advice }: Examined) => advice.flatMap((each) => each.lines)

describe('through nginx the doctor', () => {
  it('[DR12] finds nothing with its defaults, since streams turn its buffers off', async () => {
    const diagnosis = await through('')
    expect(kinds(diagnosis)).toEqual([])
    expect(diagnosis.proxies).toEqual(['nginx'])
  })

  it('[DR4 DR5 DR12] finds its buffers where they are left on', async () => {
    const diagnosis = await through('proxy_ignore_headers X-Accel-Buffering;')
    expect(diagnosis.ways.stream.faults).toHaveLength(1)
    expect(['held', 'lumped']).toContain(diagnosis.ways.stream.faults[0]!.kind)
    expect(diagnosis.best).toBe('long-poll')
    expect(lines(diagnosis)).toEqual(['proxy_buffering off;'])
  })

  it('[DR4 DR12] finds nothing with the line that it says in its place', async () => {
    const mended = await through('proxy_ignore_headers X-Accel-Buffering; proxy_buffering off;')
    expect(kinds(mended)).toEqual([])
  })

  it('[DR8 DR12] finds its cache', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'whereabouts-cache-'))
    // Its workers run as somebody else.
    await chmod(folder, 0o777)
    const diagnosis = await through(
      'proxy_cache some; proxy_cache_valid 1m; proxy_ignore_headers Cache-Control;',
      `proxy_cache_path ${folder}/cache keys_zone=some:1m use_temp_path=off;`,
    )
    await rm(folder, { recursive: true })
    expect(kinds(diagnosis)).toContain('cached')
    expect(lines(diagnosis)).toContain('proxy_cache off;')
  })

  it('[DR9 DR12] finds its own pages in place of the server’s errors', async () => {
    const diagnosis = await through(
      'proxy_intercept_errors on; error_page 400 405 =400 /none; proxy_http_version 1.1;',
    )
    expect(kinds(diagnosis)).toEqual(['replaced'])
    expect(lines(diagnosis)).toEqual(['proxy_intercept_errors off;'])
  })

  it('[DR6 DR12] finds that it cuts what is silent for long', async () => {
    const diagnosis = await through('proxy_read_timeout 1s; proxy_http_version 1.1;')
    expect(kinds(diagnosis)).toEqual(['cut'])
    expect(lines(diagnosis)).toEqual(['proxy_read_timeout 60s;'])
  })

  it('[DR11 DR12] finds nothing with the guide’s lines', async () => {
    const port = await freePort()
    const url = `https://127.0.0.1:${port}`
    const text = replaceAll(guideFor('nginx'), {
      'listen 443': `listen 127.0.0.1:${port}`,
      [SERVER]: new URL(server.baseUrl).host,
    })
    await using _nginx = await startNginx(text, url, {
      'cert.pem': CERTIFICATE,
      'key.pem': PRIVATE_KEY,
    })
    const diagnosis = await examined(url)
    expect(diagnosis).toMatchObject({ state: 'well', findings: [], proxies: ['nginx'] })
  })
})
