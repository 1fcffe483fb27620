import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, it, vi } from 'vitest'
import { APACHE, CADDY, HAPROXY, VARNISH } from '../../scripts/needs.mjs'
import { replaceAll } from '../auth/guide.js'
import { CERTIFICATE, PRIVATE_KEY } from '../nest/certificate.js'
import { freePort } from '../servers/free-port.js'
import { startNginx } from '../servers/nginx.js'
import { type Program, startProgram } from '../servers/program.js'
import { type RunningServer, startServer } from '../servers/standalone.js'
import { guideFor } from './guide.js'
import { manyTabs, meet } from './people.js'

const TLS = { 'cert.pem': CERTIFICATE, 'key.pem': PRIVATE_KEY }
const SERVER = '127.0.0.1:3000'
/** It serves six requests of a connection at once until some of them end; the last one here moves. */
const AT_ONCE_IN_APACHE = 5

let server: RunningServer
let address: string
beforeAll(async () => {
  // The certificate of these tests is nobody's.
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
  server = await startServer({}, 0, [], { WHEREABOUTS_TRUSTED_PROXIES: '127.0.0.1' })
  address = new URL(server.baseUrl).host
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await server.stop()
})

/** Runs Caddy with a Caddyfile that has a site. */
function caddy(port: number, site: string, caddyfile: string): Program {
  const files = `tls cert.pem key.pem`
  const text = replaceAll(caddyfile, { [`${site} {`]: `https://127.0.0.1:${port} {\n\t${files}` })
  return {
    need: CADDY,
    port,
    files: { ...TLS, Caddyfile: `{\n\tadmin off\n\tauto_https disable_redirects\n}\n${text}` },
    args: () => ['run', '--config', 'Caddyfile', '--adapter', 'caddyfile'],
  }
}

const MODULES = ['mpm_event', 'authz_core', 'headers', 'http2', 'proxy', 'proxy_http', 'ssl']

/** What Debian's own configuration has around a site. */
const aroundSite = (port: number) => `
ServerName localhost
PidFile apache.pid
ErrorLog error.log
${process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : ''}
Listen 127.0.0.1:${port}
${MODULES.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
`

describe('people meet, and thirty tabs share a connection, through the guide’s', () => {
  it('[HT9 FR1] nginx', async () => {
    const port = await freePort()
    const baseUrl = `https://127.0.0.1:${port}`
    const text = replaceAll(guideFor('nginx'), {
      'listen 443': `listen 127.0.0.1:${port}`,
      [SERVER]: address,
    })
    await using _nginx = await startNginx(text, baseUrl, TLS)
    await meet(baseUrl)
    await manyTabs(baseUrl)
  })

  it('[HT9 FR1] Caddy', async () => {
    const port = await freePort()
    const text = replaceAll(guideFor('Caddy'), { [SERVER]: address })
    await using _caddy = await startProgram(caddy(port, 'example.com', text))
    await meet(`https://127.0.0.1:${port}`)
    await manyTabs(`https://127.0.0.1:${port}`)
  })

  it('[HT9 FR1] Caddy in front of several nodes', async () => {
    const port = await freePort()
    const file = join(import.meta.dirname, '../../deploy/Caddyfile')
    const text = replaceAll(readFileSync(file, 'utf8'), {
      'node-1:3000 node-2:3000 node-3:3000': address,
    })
    await using _caddy = await startProgram(caddy(port, '{$WHEREABOUTS_SITE}', text))
    await meet(`https://127.0.0.1:${port}`)
    await manyTabs(`https://127.0.0.1:${port}`)
  })

  it('[HT9 FR1] HAProxy', async () => {
    const port = await freePort()
    const text = replaceAll(guideFor('HAProxy'), {
      'bind :443 ssl crt /etc/haproxy/example.pem': `bind 127.0.0.1:${port} ssl crt both.pem`,
      [SERVER]: address,
    })
    await using _haproxy = await startProgram({
      need: HAPROXY,
      port,
      files: { 'both.pem': CERTIFICATE + PRIVATE_KEY, 'haproxy.cfg': text },
      args: () => ['-db', '-f', 'haproxy.cfg'],
    })
    await meet(`https://127.0.0.1:${port}`)
    await manyTabs(`https://127.0.0.1:${port}`)
  })

  it('[HT9 FR1] Apache', async () => {
    const port = await freePort()
    const text = replaceAll(guideFor('Apache'), { '*:443': `127.0.0.1:${port}`, [SERVER]: address })
    await using _apache = await startProgram({
      need: APACHE,
      port,
      files: { ...TLS, 'apache.conf': aroundSite(port) + text },
      args: (folder) => ['-D', 'FOREGROUND', '-d', folder, '-f', 'apache.conf'],
    })
    await meet(`https://127.0.0.1:${port}`)
    await manyTabs(`https://127.0.0.1:${port}`, AT_ONCE_IN_APACHE)
  })

  it('[HT9 FR1] Varnish', async () => {
    const port = await freePort()
    const [host, to] = address.split(':') as [string, string]
    const text = replaceAll(guideFor('Varnish'), { '127.0.0.1': host, '"3000"': `"${to}"` })
    await using _varnish = await startProgram({
      need: VARNISH,
      port,
      files: { 'default.vcl': text },
      args: (folder) => {
        const said = ['-a', `127.0.0.1:${port}`, '-s', 'malloc,16m']
        // As root it would read its file as somebody else, who can't.
        return [
          '-F',
          '-j',
          'none',
          '-n',
          join(folder, 'varnish'),
          '-f',
          join(folder, 'default.vcl'),
          ...said,
        ]
      },
    })
    await meet(`http://127.0.0.1:${port}`)
  })
})
