import { spawnSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

// Mercure and Centrifugo, which are Go programs. They take part if they are on the PATH or if Go
// can build them.
const BUILT = join(import.meta.dirname, 'dist', 'go')
const GO = ['/usr/local/go/bin/go']
const BUILD_DEADLINE_MS = 600_000

const UPDATE = '{"u":"user%i","c":"C%s","t":%t}'
const MERCURE_KEY = 'the key of a hub that only this bench ever sees'

/**
 * The source to build it from, unless the program is on the PATH.
 *
 * @typedef {{ name: string, source: string, version: string }} Program
 */

/**
 * @param {Program} program
 * @returns {Pick<import('./contestants.mjs').Contestant, 'name' | 'packages' | 'version' | 'prepare'>}
 */
function goProgram(program) {
  return {
    name: program.name,
    packages: [],
    version: () => versionOf(program),
    prepare: () => prepare(program),
  }
}

/** @type {import('./contestants.mjs').Contestant} */
export const mercure = {
  ...goProgram({
    name: 'mercure',
    source: 'github.com/dunglas/mercure/caddy/mercure',
    version: 'v0.21.4',
  }),
  title: 'Mercure',
  wire: {
    protocol: 'sse',
    join: '/.well-known/mercure?topic=r%d',
    post: '/.well-known/mercure',
    type: 'application/x-www-form-urlencoded',
    headers: [`Authorization: Bearer ${publisherToken()}`],
    body: `topic=r%d&data=${formEncoded(UPDATE)}`,
  },
  command({ port, folder }) {
    const directives = `publisher_jwt "${MERCURE_KEY}"\nanonymous\ntransport local`
    const site = `http://127.0.0.1:${port} {\nmercure {\n${directives}\n}\n}`
    writeFileSync(join(folder, 'Caddyfile'), `{\nadmin off\n}\n${site}\n`)
    const args = ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile']
    return { program: find('mercure') ?? 'mercure', args, env: { HOME: folder, GOMAXPROCS: '1' } }
  },
}

/** @type {import('./contestants.mjs').Contestant} */
export const centrifugo = {
  ...goProgram({
    name: 'centrifugo',
    source: 'github.com/centrifugal/centrifugo/v6',
    version: 'v6.9.1',
  }),
  title: 'Centrifugo, unidirectional SSE',
  wire: {
    protocol: 'sse',
    join: `/connection/uni_sse?cf_connect=${formEncoded('{"subs":{"r%d":{}}}')}`,
    post: '/api/publish',
    body: `{"channel":"r%d","data":${UPDATE}}`,
  },
  command({ port, folder }) {
    const settings = {
      http_server: { address: '127.0.0.1', port: String(port) },
      client: { insecure: true },
      http_api: { insecure: true },
      uni_sse: { enabled: true },
      log: { level: 'error' },
    }
    writeFileSync(join(folder, 'config.json'), JSON.stringify(settings))
    const args = ['--config', join(folder, 'config.json')]
    return { program: find('centrifugo') ?? 'centrifugo', args, env: { GOMAXPROCS: '1' } }
  },
}

/** @param {Program} program */
function prepare({ name, source, version }) {
  if (find(name) !== undefined) return undefined
  const go = find('go') ?? GO.find(existsSync)
  if (go === undefined) return `there is no ${name} on the PATH, and no Go to build it with`
  mkdirSync(BUILT, { recursive: true })
  console.log(`Building ${name} with Go`)
  const env = { ...process.env, GOBIN: BUILT }
  const asked = ['install', `${source}@${version}`]
  spawnSync(go, asked, { env, stdio: 'ignore', timeout: BUILD_DEADLINE_MS })
  if (find(name) !== undefined) return undefined
  return `there is no ${name} on the PATH, and Go can't build it here: "go ${asked.join(' ')}" failed`
}

/** @param {string} name */
function find(name) {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), BUILT]
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file))
}

/**
 * Returns the version; a program that was built here doesn't know its own.
 *
 * @param {Program} program
 */
function versionOf({ name, version }) {
  const file = find(name) ?? name
  if (file === join(BUILT, name)) return `${name} ${version}`
  const { stdout } = spawnSync(file, ['version'], { encoding: 'utf8' })
  return stdout.trim().split('\n')[0] ?? ''
}

/** Makes the token with which a hub allows publishing everything. */
function publisherToken() {
  const head = encoded({ alg: 'HS256', typ: 'JWT' })
  const signed = `${head}.${encoded({ mercure: { publish: ['*'] } })}`
  return `${signed}.${createHmac('sha256', MERCURE_KEY).update(signed).digest('base64url')}`
}

/** @param {object} content */
function encoded(content) {
  return Buffer.from(JSON.stringify(content)).toString('base64url')
}

/** Encodes a form or address, but keeps the load generator's placeholders. */
function formEncoded(text = '') {
  return text
    .split(/(%[tisd])/)
    .map((part, index) => (index % 2 === 1 ? part : encodeURIComponent(part).replaceAll('%', '%%')))
    .join('')
}
