import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { APACHE, CADDY, HAPROXY, SQUID, VARNISH } from '../../scripts/needs.mjs'
import { replaceAll } from '../auth/guide.js'
import { CERTIFICATE, PRIVATE_KEY } from '../nest/certificate.js'
import { freePort } from '../servers/free-port.js'
import { startNginx } from '../servers/nginx.js'
import { type Program, startProgram } from '../servers/program.js'
import { guideFor } from './guide.js'

/** A program between clients and a server. */
export interface RunningProxy extends AsyncDisposable {
  readonly baseUrl: string
}

/** Starts a proxy in front of a server's `host:port`. */
type Start = (address: string) => Promise<RunningProxy>

const TLS = { 'cert.pem': CERTIFICATE, 'key.pem': PRIVATE_KEY }
const SERVER = '127.0.0.1:3000'

async function run(scheme: 'http' | 'https', program: Program): Promise<RunningProxy> {
  const running = await startProgram(program)
  return {
    baseUrl: `${scheme}://127.0.0.1:${program.port}`,
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  }
}

/** Runs Caddy with a Caddyfile that has a site. */
async function caddy(site: string, caddyfile: string): Promise<RunningProxy> {
  const port = await freePort()
  const files = `tls cert.pem key.pem`
  const text = replaceAll(caddyfile, { [`${site} {`]: `https://127.0.0.1:${port} {\n\t${files}` })
  return run('https', {
    need: CADDY,
    port,
    files: { ...TLS, Caddyfile: `{\n\tadmin off\n\tauto_https disable_redirects\n}\n${text}` },
    args: () => ['run', '--config', 'Caddyfile', '--adapter', 'caddyfile'],
  })
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

/** Keeps Squid from writing to places of the system. */
const AROUND_SQUID = `
pid_filename none
access_log none
cache_log /dev/null
coredump_dir none
shutdown_lifetime 1 second
`

/** The proxies of the guide, with its configurations. */
export const PROXIES = {
  nginx: async (address) => {
    const port = await freePort()
    const baseUrl = `https://127.0.0.1:${port}`
    const text = replaceAll(guideFor('nginx'), {
      'listen 443': `listen 127.0.0.1:${port}`,
      [SERVER]: address,
    })
    const running = await startNginx(text, baseUrl, TLS)
    return { baseUrl, [Symbol.asyncDispose]: () => running[Symbol.asyncDispose]() }
  },
  Caddy: (address) => caddy('example.com', replaceAll(guideFor('Caddy'), { [SERVER]: address })),
  'Caddy in front of several nodes': (address) => {
    const file = join(import.meta.dirname, '../../deploy/Caddyfile')
    const text = replaceAll(readFileSync(file, 'utf8'), {
      'node-1:3000 node-2:3000 node-3:3000': address,
    })
    return caddy('{$WHEREABOUTS_SITE}', text)
  },
  HAProxy: async (address) => {
    const port = await freePort()
    const text = replaceAll(guideFor('HAProxy'), {
      'bind :443 ssl crt /etc/haproxy/example.pem': `bind 127.0.0.1:${port} ssl crt both.pem`,
      [SERVER]: address,
    })
    return run('https', {
      need: HAPROXY,
      port,
      files: { 'both.pem': CERTIFICATE + PRIVATE_KEY, 'haproxy.cfg': text },
      args: () => ['-db', '-f', 'haproxy.cfg'],
    })
  },
  Apache: async (address) => {
    const port = await freePort()
    const text = replaceAll(guideFor('Apache'), { '*:443': `127.0.0.1:${port}`, [SERVER]: address })
    return run('https', {
      need: APACHE,
      port,
      files: { ...TLS, 'apache.conf': aroundSite(port) + text },
      args: (folder) => ['-D', 'FOREGROUND', '-d', folder, '-f', 'apache.conf'],
    })
  },
  Varnish: async (address) => {
    const port = await freePort()
    const [host, to] = address.split(':') as [string, string]
    const text = replaceAll(guideFor('Varnish'), { '127.0.0.1': host, '"3000"': `"${to}"` })
    return run('http', {
      need: VARNISH,
      port,
      files: { 'default.vcl': text },
      args: (folder) => {
        const place = ['-n', join(folder, 'varnish'), '-f', join(folder, 'default.vcl')]
        const own = ['-a', `127.0.0.1:${port}`, '-s', 'malloc,16m']
        // As root it would read its file as somebody else, who can't.
        return ['-F', '-j', 'none', ...place, ...own]
      },
    })
  },
  Squid: async (address) => {
    const port = await freePort()
    const [host, to] = address.split(':') as [string, string]
    const text = replaceAll(guideFor('Squid'), {
      'http_port 80': `http_port 127.0.0.1:${port}`,
      '127.0.0.1 parent 3000': `${host} parent ${to}`,
    })
    return run('http', {
      need: SQUID,
      port,
      files: { 'squid.conf': AROUND_SQUID + text },
      // Its name is that of its shared memory, of which there is one for each.
      args: () => ['-N', '-n', `squid${port}`, '-f', 'squid.conf'],
    })
  },
} as const satisfies { readonly [name: string]: Start }
