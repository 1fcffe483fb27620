import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { centrifugo, mercure } from './go-servers.mjs'
import { nchanCommand, nchanVersion, prepareNchan } from './nchan.mjs'

/**
 * A server that the bench compares.
 *
 * @typedef {object} Contestant
 * @property {string} name its name in `--servers`
 * @property {string} title
 * @property {readonly string[]} packages the packages whose versions are reported
 * @property {readonly string[]} [only] the scenarios that it is for; all by default
 * @property {readonly string[]} [installed] which of them come from servers/alternatives/package.json
 * @property {() => string} [version] returns the version of a server that isn't a package
 * @property {() => string | undefined} [prepare] prepares it; returns the reason if it can't take part
 * @property {import('./generator.mjs').Wire} [wire] how the load generator talks to it
 * @property {string} [client] the program that does something with its documents, see typing/tasks.mjs
 * @property {(place: Place) => import('./processes.mjs').Command} command
 *
 * Where it runs: a free port and an empty folder.
 *
 * @typedef {{ port: number, folder: string }} Place
 */

const HERE = import.meta.dirname
const SERVERS = join(HERE, 'servers')
const NEST = join(HERE, 'dist', 'nest', 'main.js')
const STANDALONE = join(HERE, '..', 'apps', 'standalone', 'dist', 'main.js')

/** The update for servers that forward updates unchanged. */
const UPDATE = '{"u":"user%i","c":"C%s","t":%t}'

/** @type {import('./generator.mjs').Wire} */
const PLAIN = {
  protocol: 'sse',
  join: '/rooms/r%d/events',
  post: '/rooms/r%d/location',
  body: UPDATE,
}

/**
 * The update doesn't name the person who moved, as the protocol does.
 *
 * @type {import('./generator.mjs').Wire}
 */
export const WHEREABOUTS = {
  protocol: 'sse',
  join: '/rooms/r%d/events?member=m%i',
  watch: '/rooms/r%d/events?watch=1',
  post: '/rooms/r%d/location?member=m%i',
  body: '{"c":"C%s","t":%t}',
}

/** One address plays thousands of people, so everything is counted, and nothing is ever too much. */
const BUDGETS = {
  WHEREABOUTS_BUDGET_SCALE: '1000',
  WHEREABOUTS_MAX_ROOMS_PER_CALLER: '10000000',
  WHEREABOUTS_MAX_CONNECTIONS_PER_CALLER: '10000000',
  WHEREABOUTS_MAX_MEMBERS_PER_CALLER: '10000000',
}

/**
 * @type {Contestant['command']}
 */
export const standalone = ({ port, folder }) => ({
  program: process.execPath,
  args: [STANDALONE],
  env: { NODE_ENV: 'production', PORT: `${port}`, WHEREABOUTS_DATA: folder, ...BUDGETS },
})

/**
 * The standalone server of another checkout, which may be one from before it was in `apps/standalone`, or from
 * before there were budgets: it refuses settings that it doesn't know.
 *
 * @param {string} folder
 * @returns {Contestant}
 */
export function before(folder) {
  const now = join(folder, 'apps', 'standalone', 'dist', 'main.js')
  const then = join(folder, 'apps', 'server', 'dist', 'main.js')
  const program = !existsSync(now) && existsSync(then) ? then : now
  const budgets = join(folder, 'packages', 'server', 'dist', 'access', 'budgets.js')
  return {
    name: `whereabouts-${basename(folder)}`,
    title: `whereabouts, standalone, ${basename(folder)}`,
    packages: [],
    prepare: built(program),
    wire: WHEREABOUTS,
    command: ({ port, folder: data }) => ({
      program: process.execPath,
      args: [program],
      env: {
        NODE_ENV: 'production',
        PORT: `${port}`,
        WHEREABOUTS_DATA: data,
        ...(existsSync(budgets) ? BUDGETS : {}),
      },
    }),
  }
}

/**
 * With a frame each 50 ms in every room, whatever it costs.
 *
 * @type {Contestant['command']}
 */
const fixedInterval = (place) => {
  const { env, ...command } = standalone(place)
  return { ...command, env: { ...env, WHEREABOUTS_FRAME_COST_MS: '0' } }
}

const DOCUMENTS = ['turns', 'pair', 'trace', 'typist', 'readers']

/** Those with documents, each with its own store and its own client. @type {readonly Contestant[]} */
const DOCUMENT_SERVERS = [
  {
    name: 'documents',
    title: 'whereabouts, SQLite',
    only: DOCUMENTS,
    packages: [],
    prepare: built(STANDALONE),
    client: join(HERE, 'typing', 'whereabouts-client.mjs'),
    command: standalone,
  },
  {
    name: 'y-websocket-documents',
    title: 'y-websocket, LevelDB',
    only: DOCUMENTS,
    packages: ['y-websocket', 'y-leveldb', 'ws'],
    installed: ['y-websocket', 'y-leveldb', 'ws'],
    client: join(SERVERS, 'alternatives', 'y-websocket-client.mjs'),
    command: (place) => node('alternatives/y-websocket.mjs', { YPERSISTENCE: place.folder })(place),
  },
  {
    name: 'hocuspocus',
    title: 'Hocuspocus, SQLite',
    only: DOCUMENTS,
    packages: ['@hocuspocus/server'],
    installed: ['@hocuspocus/server', '@hocuspocus/extension-database', '@hocuspocus/provider'],
    client: join(SERVERS, 'alternatives', 'hocuspocus-client.mjs'),
    command: (place) => node('alternatives/hocuspocus.mjs', { DATA: place.folder })(place),
  },
]

/** @type {readonly Contestant[]} */
export const CONTESTANTS = [
  {
    name: 'whereabouts',
    title: 'whereabouts, standalone',
    packages: [],
    prepare: built(STANDALONE),
    wire: WHEREABOUTS,
    command: standalone,
  },
  {
    name: 'whereabouts-fixed',
    title: 'whereabouts, standalone, one frame per 50 ms',
    only: ['five-people', 'small-rooms'],
    packages: [],
    prepare: built(STANDALONE),
    wire: WHEREABOUTS,
    command: fixedInterval,
  },
  ...nest('whereabouts', 'whereabouts in Nest', WHEREABOUTS, ['express', 'fastify']),
  ...nest('nest', 'Nest `@Sse`', PLAIN, ['express', 'fastify']),
  ...nest('naive', 'the naive controller', PLAIN, ['express']).map((naive) => ({
    ...naive,
    only: ['hot-room', 'small-rooms', 'post'],
  })),
  {
    name: 'better-sse',
    title: 'better-sse on Express',
    packages: ['better-sse', 'express'],
    installed: ['better-sse', 'express'],
    wire: PLAIN,
    command: node('alternatives/better-sse.mjs'),
  },
  {
    name: 'fastify-sse',
    title: '@fastify/sse',
    packages: ['@fastify/sse', 'fastify'],
    installed: ['@fastify/sse', 'fastify'],
    wire: PLAIN,
    command: node('alternatives/fastify-sse.mjs'),
  },
  {
    name: 'socket.io',
    title: 'Socket.IO, websocket only',
    packages: ['socket.io'],
    installed: ['socket.io'],
    wire: {
      protocol: 'socket.io',
      join: '/socket.io/?EIO=4&transport=websocket&room=r%d',
      body: `42["move",${UPDATE}]`,
    },
    command: node('alternatives/socket-io.mjs'),
  },
  {
    name: 'y-websocket',
    title: 'y-websocket, awareness',
    packages: ['y-websocket', 'y-protocols', 'ws'],
    installed: ['y-websocket', 'ws'],
    wire: { protocol: 'awareness', join: '/r%d', body: UPDATE },
    command: node('alternatives/y-websocket.mjs'),
  },
  {
    name: 'ws',
    title: 'ws',
    packages: ['ws'],
    installed: ['ws'],
    wire: { protocol: 'websocket', join: '/rooms/r%d', body: UPDATE },
    command: node('alternatives/ws.mjs'),
  },
  {
    name: 'nchan',
    title: 'Nchan',
    packages: [],
    version: nchanVersion,
    prepare: prepareNchan,
    wire: PLAIN,
    command: nchanCommand,
  },
  mercure,
  centrifugo,
  polling('polling', 'polling every second, the whole room', ''),
  polling('polling-since', 'polling every second, only changes', '%p'),
  {
    name: 'bare',
    title: 'bare Node, one shared Buffer',
    packages: [],
    wire: PLAIN,
    command: node('bare.mjs'),
  },
  {
    name: 'bare-frames',
    title: 'bare Node, one frame per 50 ms',
    only: ['hot-room', 'webinar', 'small-rooms', 'five-people'],
    packages: [],
    wire: PLAIN,
    command: node('bare.mjs', { FRAME_MS: '50' }),
  },
  ...DOCUMENT_SERVERS,
  way('response-text', '`response.write`, one string'),
  way('response-buffer', '`response.write`, one Buffer'),
  way('chunk-corked', 'a chunk directly to the socket, corked parts'),
  way('chunk-buffer', 'a chunk directly to the socket, one Buffer'),
  way('raw-text', '`Connection: close`, directly to the socket, one string'),
  way('raw-buffer', '`Connection: close`, directly to the socket, one Buffer'),
]

/**
 * @param {string} file a built file of this project
 */
function built(file) {
  return () => (existsSync(file) ? undefined : 'is not built; run "npm run bench"')
}

/**
 * whereabouts with readers that poll.
 *
 * @param {string} name
 * @param {string} title
 * @param {string} position the end of a poll's address
 * @returns {Contestant}
 */
function polling(name, title, position) {
  return {
    name,
    title,
    only: ['article'],
    packages: [],
    prepare: built(STANDALONE),
    wire: { ...WHEREABOUTS, protocol: 'poll', join: `/rooms/r%d/location${position}` },
    command: standalone,
  }
}

/**
 * Bare Node that writes in one of the ways in servers/ways.mjs.
 *
 * @param {string} name
 * @param {string} title
 * @returns {Contestant}
 */
function way(name, title) {
  const command = node('bare.mjs', { WAY: name })
  return { name, title, only: ['ways'], packages: [], wire: PLAIN, command }
}

/**
 * @param {string} file
 * @param {Readonly<Record<string, string>>} [env]
 * @returns {Contestant['command']}
 */
function node(file, env = {}) {
  return ({ port }) => ({
    program: process.execPath,
    args: [join(SERVERS, file)],
    env: { NODE_ENV: 'production', PORT: `${port}`, ...env },
  })
}

/**
 * @param {string} name
 * @param {string} title
 * @param {import('./generator.mjs').Wire} wire
 * @param {readonly ('express' | 'fastify')[]} platforms
 * @returns {Contestant[]}
 */
function nest(name, title, wire, platforms) {
  const application = name === 'nest' ? 'standard' : name
  return platforms.map((platform) => ({
    name: platforms.length > 1 ? `${name}-${platform}` : name,
    title: `${title}, on ${platform === 'express' ? 'Express' : 'Fastify'}`,
    packages: ['@nestjs/core', platform],
    prepare: built(NEST),
    wire,
    command: ({ port }) => ({
      program: process.execPath,
      args: [NEST, application, platform],
      env: { NODE_ENV: 'production', PORT: `${port}` },
    }),
  }))
}
