import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

const IMPORT = 'no-restricted-imports'
const GLOBAL = 'no-restricted-globals'
const PROPERTY = 'no-restricted-properties'
const ENVIRONMENT = 'no-process-env'

const from = (module: string) => `import { x } from '${module}'\nx()\n`

/** Forbidden code: the file, the code, and the rule that reports it. */
const FORBIDDEN: readonly (readonly [file: string, code: string, rule: string])[] = [
  ['packages/protocol/src/a.ts', from('node:fs'), IMPORT],
  ['packages/protocol/src/a.ts', from('zod'), IMPORT],
  ['packages/protocol/src/a.ts', from('@whereabouts/client'), IMPORT],
  ['packages/protocol/src/a.ts', from('../../nestjs/src/index.js'), IMPORT],
  ['packages/protocol/src/a.ts', from('./../../nestjs/src/index.js'), IMPORT],
  ['packages/protocol/src/a.ts', "import type { x } from 'zod'\nexport type y = x\n", IMPORT],
  ['packages/protocol/src/a.ts', "export { x } from 'zod'\n", IMPORT],
  ['packages/protocol/src/a.ts', "export * from 'zod'\n", IMPORT],
  ['packages/protocol/src/a.ts', "export const x = () => import('zod')\n", IMPORT],
  ['packages/protocol/src/a.ts', "export type x = import('zod').x\n", 'consistent-type-imports'],

  ['packages/client/src/a.ts', from('node:crypto'), IMPORT],
  ['packages/client/src/a.ts', from('react'), IMPORT],
  ['packages/client/src/a.ts', from('@whereabouts/nestjs'), IMPORT],
  ['packages/client/src/a.ts', from('@whereabouts/server'), IMPORT],
  ['packages/client/src/yjs/a.ts', from('@whereabouts/server'), IMPORT],
  ['packages/client/src/a.ts', from('@whereabouts/protocol/dist/sse.js'), IMPORT],
  ['packages/client/src/a.ts', from('../../protocol/src/sse.js'), IMPORT],
  ['packages/client/src/a.ts', from('yjs'), IMPORT],
  ['packages/client/src/yjs/a.ts', from('react'), IMPORT],
  ['packages/client/src/yjs/a.ts', from('lib0/encoding'), IMPORT],
  ['packages/client/src/yjs/a.ts', from('../../../protocol/src/sse.js'), IMPORT],
  ['packages/client/src/doctor/a.ts', from('node:tls'), IMPORT],
  ['packages/client/src/doctor/a.ts', from('../room.js'), IMPORT],
  ['packages/client/src/command/a.ts', from('yjs'), IMPORT],
  ['packages/client/src/command/a.ts', from('../room.js'), IMPORT],
  ['packages/client/src/recording/a.ts', from('../room.js'), IMPORT],
  ['packages/client/src/recording/a.ts', from('react'), IMPORT],
  ['packages/client/src/react-inspector/a.ts', from('../yjs/index.js'), IMPORT],
  ['packages/client/src/react-inspector/a.ts', from('react-dom'), IMPORT],
  ['packages/client/src/tabs/a.ts', from('react'), IMPORT],
  ['packages/client/src/tabs/a.ts', from('../../../protocol/src/sse.js'), IMPORT],
  ['packages/client/src/react/a.ts', from('@whereabouts/nestjs'), IMPORT],
  ['packages/client/src/react/a.ts', from('node:fs'), IMPORT],
  ['packages/client/src/react/a.ts', from('yjs'), IMPORT],
  ['packages/client/src/react/a.ts', from('../yjs/index.js'), IMPORT],
  ['packages/client/src/react/parts/a.ts', from('react-dom'), IMPORT],
  ['packages/client/src/held/a.ts', from('react'), IMPORT],
  ['packages/client/src/held/a.ts', from('../react/index.js'), IMPORT],
  ['packages/client/src/vue/a.ts', from('react'), IMPORT],
  ['packages/client/src/vue/a.ts', from('../yjs/index.js'), IMPORT],
  ['packages/client/src/svelte/a.ts', from('svelte/store'), IMPORT],
  ['packages/client/src/vue-yjs/a.ts', from('svelte'), IMPORT],

  ['packages/server/src/http/a.ts', from('@nestjs/common'), IMPORT],
  ['packages/server/src/http/a.ts', from('express'), IMPORT],
  ['packages/server/src/http/a.ts', from('fastify'), IMPORT],
  ['packages/server/src/http/a.ts', from('rxjs'), IMPORT],
  ['packages/server/src/http/a.ts', from('@whereabouts/client'), IMPORT],
  ['packages/server/src/http/a.ts', from('@whereabouts/nestjs'), IMPORT],
  ['packages/server/src/http/a.ts', from('@whereabouts/standalone'), IMPORT],
  ['packages/server/src/http/a.ts', from('@whereabouts/protocol/dist/sse.js'), IMPORT],
  ['packages/server/src/http/a.ts', from('../../../client/src/index.js'), IMPORT],
  ['packages/server/src/http/a.ts', from('../../../../apps/standalone/src/main.js'), IMPORT],
  ['packages/server/src/http/a.ts', from('node:process'), IMPORT],
  ['packages/server/src/http/a.ts', 'export const x = process.env.PORT\n', ENVIRONMENT],
  ['packages/server/src/rooms.ts', from('@whereabouts/client'), IMPORT],
  ['packages/server/src/rooms.ts', from('@nestjs/common'), IMPORT],

  ['packages/univer/src/a.ts', from('@whereabouts/client'), IMPORT],
  ['packages/univer/src/a.ts', from('@whereabouts/office'), IMPORT],
  ['packages/univer/src/a.ts', from('../../client/src/index.js'), IMPORT],
  ['packages/univer/src/a.ts', from('node:fs'), IMPORT],

  ['packages/nestjs/src/http/a.ts', from('@whereabouts/client'), IMPORT],
  ['packages/nestjs/src/http/a.ts', from('@whereabouts/protocol'), IMPORT],
  ['packages/nestjs/src/http/a.ts', from('@whereabouts/standalone'), IMPORT],
  ['packages/nestjs/src/http/a.ts', from('@whereabouts/server/dist/rooms.js'), IMPORT],
  ['packages/nestjs/src/http/a.ts', from('@whereabouts/server/rooms'), IMPORT],
  ['packages/nestjs/src/http/a.ts', from('../../../server/src/rooms.js'), IMPORT],
  ['packages/nestjs/src/http/a.ts', from('../../../client/src/index.js'), IMPORT],
  ['packages/nestjs/src/http/a.ts', from('../../../../apps/standalone/src/main.js'), IMPORT],
  ['packages/nestjs/src/http/a.ts', from('rxjs'), IMPORT],
  ['packages/nestjs/src/http/a.ts', from('rxjs/operators'), IMPORT],
  ['packages/nestjs/src/http/a.ts', 'export const x = process.env.PORT\n', ENVIRONMENT],
  ['packages/nestjs/src/http/a.ts', from('node:process'), IMPORT],
  ['packages/nestjs/src/rooms.ts', from('@whereabouts/client'), IMPORT],
  ['packages/nestjs/src/rooms.ts', from('@whereabouts/protocol'), IMPORT],

  ['packages/server/src/stream/a.ts', from('../http/a.js'), IMPORT],
  ['packages/server/src/stream/a.ts', from('../service.js'), IMPORT],
  ['packages/server/src/stream/a.ts', from('../room/../http/a.js'), IMPORT],
  ['packages/server/src/stream/a.ts', from('@nestjs/common'), IMPORT],
  ['packages/server/src/stream/a.ts', from('rxjs'), IMPORT],
  ['packages/server/src/stream/a.ts', from('node:process'), IMPORT],

  ['packages/server/src/stream/a.ts', from('../exchange/exchange.js'), IMPORT],
  ['packages/server/src/stream/a.ts', from('../rooms/open-rooms.js'), IMPORT],

  ['packages/server/src/rooms/a.ts', from('../document/a.js'), IMPORT],
  ['packages/server/src/rooms/a.ts', from('../http/a.js'), IMPORT],
  ['packages/server/src/rooms/a.ts', from('node:http'), IMPORT],
  ['packages/server/src/rooms/a.ts', from('yjs'), IMPORT],
  ['packages/server/src/access/a.ts', from('../room-server.js'), IMPORT],
  ['packages/server/src/access/a.ts', from('../http/calls.js'), IMPORT],

  ['packages/server/src/document/a.ts', from('../room/room.js'), IMPORT],
  ['packages/server/src/document/a.ts', from('../stream/a.js'), IMPORT],
  ['packages/server/src/document/a.ts', from('../http/a.js'), IMPORT],
  ['packages/server/src/stream/a.ts', from('../document/a.js'), IMPORT],
  ['packages/server/src/exchange/a.ts', from('../room/room.js'), IMPORT],
  ['packages/server/src/exchange/a.ts', from('../stream/a.js'), IMPORT],
  ['packages/server/src/exchange/a.ts', from('./../http/a.js'), IMPORT],
  ['packages/server/src/exchange/a.ts', from('pg'), IMPORT],
  ['packages/server/src/exchange/a.ts', from('node:process'), IMPORT],
  ['packages/server/src/stream/a.ts', from('@redis/client'), IMPORT],
  ['test/exchange/a.ts', from('../../packages/server/src/room/room.js'), IMPORT],
  ['packages/server/src/stream/a.ts', from('yjs'), IMPORT],
  ['packages/server/src/room/a.ts', from('yjs'), IMPORT],

  ['packages/server/src/room/a.ts', from('node:crypto'), IMPORT],
  ['packages/server/src/room/a.ts', from('rxjs'), IMPORT],
  ['packages/server/src/room/a.ts', from('@nestjs/common'), IMPORT],
  ['packages/server/src/room/a.ts', from('node:events'), IMPORT],
  ['packages/server/src/room/a.ts', from('../stream/a.js'), IMPORT],
  ['packages/server/src/room/a.ts', from('../rooms/a.js'), IMPORT],
  ['packages/server/src/room/a.ts', from('../http/a.js'), IMPORT],
  ['packages/server/src/room/a.ts', from('./../stream/a.js'), IMPORT],
  ['packages/server/src/room/a.ts', 'setTimeout(() => {}, 1)\n', GLOBAL],
  ['packages/server/src/room/a.ts', 'setInterval(() => {}, 1)\n', GLOBAL],
  ['packages/server/src/room/a.ts', 'setImmediate(() => {})\n', GLOBAL],
  ['packages/server/src/room/a.ts', 'globalThis.setTimeout(() => {}, 1)\n', GLOBAL],
  ['packages/server/src/room/a.ts', 'export const x = new Date()\n', GLOBAL],
  ['packages/server/src/room/a.ts', 'export const x = Date.now()\n', GLOBAL],
  ['packages/server/src/room/a.ts', 'export const x = performance.now()\n', GLOBAL],
  ['packages/server/src/room/a.ts', 'export const x = crypto.randomUUID()\n', GLOBAL],
  ['packages/server/src/room/a.ts', 'export const x = process.hrtime()\n', GLOBAL],
  ['packages/server/src/room/a.ts', 'export const x = Buffer.alloc(1)\n', GLOBAL],
  ['packages/server/src/room/a.ts', "export const x = new URL('http://a')\n", GLOBAL],
  ['packages/server/src/room/a.ts', "export const x = new URLSearchParams('a')\n", GLOBAL],
  ['packages/server/src/room/a.ts', 'export const x = Math.random()\n', PROPERTY],
  ['packages/server/src/room/a.ts', 'export const { random } = Math\n', PROPERTY],

  ...['rooms/a.ts', 'stream/a.ts', 'readers.ts', 'room-server.ts'].flatMap(
    (file): (readonly [string, string, string])[] => [
      [`packages/server/src/${file}`, 'setTimeout(() => {}, 1)\n', GLOBAL],
      [`packages/server/src/${file}`, 'setInterval(() => {}, 1)\n', GLOBAL],
      [`packages/server/src/${file}`, 'setImmediate(() => {})\n', GLOBAL],
      [`packages/server/src/${file}`, 'export const x = Date.now()\n', GLOBAL],
      [`packages/server/src/${file}`, 'export const x = performance.now()\n', GLOBAL],
      [`packages/server/src/${file}`, 'export const x = crypto.randomUUID()\n', GLOBAL],
      [`packages/server/src/${file}`, 'globalThis.setTimeout(() => {}, 1)\n', GLOBAL],
      [`packages/server/src/${file}`, 'export const x = Math.random()\n', PROPERTY],
    ],
  ),

  ['apps/standalone/src/main.ts', 'export const x = process.env.PORT\n', ENVIRONMENT],
  ['apps/standalone/src/main.ts', from('@whereabouts/office'), IMPORT],
  ['apps/standalone/src/main.ts', from('@whereabouts/nestjs/dist/rooms.js'), IMPORT],
  ['apps/standalone/src/main.ts', from('../../../packages/server/src/rooms.js'), IMPORT],
  ['apps/office/src/a.ts', from('@whereabouts/nestjs'), IMPORT],
  ['apps/office/src/a.ts', from('@whereabouts/server'), IMPORT],
  ['apps/office/src/a.ts', from('node:fs'), IMPORT],
  ['apps/office/src/a.ts', from('../../../packages/client/src/room.js'), IMPORT],

  ['test/a.test.ts', from('@whereabouts/standalone'), IMPORT],
  ['test/a.test.ts', from('../apps/standalone/src/main.js'), IMPORT],
  ['test/a.test.ts', from('../packages/server/src/rooms.js'), IMPORT],
  ['test/a.test.ts', from('@whereabouts/nestjs/dist/rooms.js'), IMPORT],
  ['test/documents/a.test.ts', from('../../packages/server/src/rooms.js'), IMPORT],
]

/** Code that the same rules allow. */
const ALLOWED: readonly (readonly [file: string, code: string])[] = [
  ['packages/protocol/src/a.ts', from('./b.js')],
  ['packages/client/src/a.ts', from('@whereabouts/protocol')],
  ['packages/client/src/a.ts', from('eventsource-parser')],
  ['packages/client/src/a.ts', from('./way/b.js')],
  ['packages/client/src/doctor/a.ts', from('../attempted.js')],
  ['packages/client/src/doctor/a.ts', from('../random-key.js')],
  ['packages/client/src/command/a.ts', from('../doctor/index.js')],
  ['packages/client/src/command/a.ts', from('node:tls')],
  ['packages/client/src/react/a.ts', from('react')],
  ['packages/client/src/react/parts/a.ts', from('../../room.js')],
  ['packages/client/src/vue/a.ts', from('vue')],
  ['packages/client/src/svelte/a.ts', from('../held/held-room.js')],
  ['packages/client/src/react-yjs/a.ts', from('../react/context.js')],
  ['packages/client/src/vue-yjs/a.ts', from('../yjs/held-document.js')],
  ['packages/client/src/recording/a.ts', from('yjs')],
  ['packages/client/src/react-inspector/a.ts', from('../recording/index.js')],
  ['packages/client/src/yjs/a.ts', from('../room.js')],
  ['packages/client/src/yjs/a.ts', from('yjs')],
  ['packages/client/src/yjs/a.ts', from('idb')],
  ['packages/univer/src/a.ts', from('yjs')],
  ['packages/univer/src/presence/a.ts', from('../binding.js')],
  ['packages/nestjs/src/http/a.ts', from('@nestjs/common')],
  ['packages/nestjs/src/http/a.ts', from('@whereabouts/server')],
  ['packages/nestjs/src/http/a.ts', from('@whereabouts/server/mount')],
  ['packages/nestjs/src/http/a.ts', from('node:http')],
  ['packages/server/src/http/a.ts', from('@whereabouts/protocol')],
  ['packages/server/src/http/a.ts', from('../room/room.js')],
  ['packages/server/src/http/a.ts', from('node:http')],
  ['packages/server/src/rooms/a.ts', from('../stream/a.js')],
  ['packages/server/src/rooms/a.ts', from('../exchange/a.js')],
  ['packages/server/src/access/a.ts', from('../room/user.js')],
  ['packages/nestjs/src/rooms.ts', from('rxjs')],
  ['packages/server/src/stream/a.ts', from('../room/room.js')],
  ['packages/server/src/stream/a.ts', from('@whereabouts/protocol')],
  ['packages/server/src/stream/a.ts', from('node:http')],
  ['packages/server/src/document/a.ts', from('yjs')],
  ['packages/server/src/document/a.ts', from('pg')],
  ['packages/server/src/document/a.ts', from('../options.js')],
  ['packages/server/src/room/a.ts', from('./b.js')],
  ['packages/server/src/room/a.ts', from('@whereabouts/protocol')],
  ['packages/server/src/room/a.ts', 'export const x = Math.max(1, 2)\n'],
  ['packages/server/src/stream/a.ts', 'export const x = Buffer.alloc(1)\n'],
  ['packages/server/src/stream/clock.ts', 'export const x = performance.now()\n'],
  ['apps/standalone/src/settings.ts', 'export const x = process.env.PORT\n'],
  ['apps/standalone/src/main.ts', from('@whereabouts/nestjs')],
  ['apps/office/src/a.ts', from('@whereabouts/client/react')],
  ['apps/office/src/a.ts', from('@whereabouts/client/yjs')],
  ['apps/office/src/a.ts', from('@whereabouts/univer')],
  ['apps/office/src/a.ts', from('@whereabouts/univer/document')],
  ['test/a.test.ts', from('@whereabouts/nestjs')],
  ['test/a.test.ts', from('./b.js')],
  ['test/simulation/a.test.ts', from('../../packages/server/src/room/room.js')],
  ['test/documents/a.test.ts', from('../../packages/server/src/document/store.js')],
]

type Case = readonly [file: string, code: string, rule?: string]

interface Report {
  readonly diagnostics: readonly { readonly code: string; readonly filename: string }[]
}

/** Lints each case in its own folder with this repository's settings; returns the reported rules. */
async function lint(cases: readonly Case[]): Promise<string[][]> {
  const folder = await mkdtemp(join(tmpdir(), 'whereabouts-house-'))
  try {
    await Promise.all(cases.map((one, index) => build(join(folder, String(index)), one)))
    const { diagnostics } = await oxlint(folder)
    return cases.map((_case, index) =>
      diagnostics
        .filter(({ filename }) => filename.startsWith(`${index}/`))
        .map(({ code }) => code),
    )
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function build(house: string, [file, code]: Case): Promise<void> {
  await mkdir(dirname(join(house, file)), { recursive: true })
  await copyFile(join(ROOT, '.oxlintrc.json'), join(house, '.oxlintrc.json'))
  await writeFile(join(house, file), code)
}

function oxlint(folder: string): Promise<Report> {
  return new Promise((resolve, reject) => {
    const program = join(ROOT, 'node_modules/.bin/oxlint')
    // The linter also fails when it finds something; only output that isn't a report is an error.
    execFile(program, ['--format', 'json'], { cwd: folder, maxBuffer: 1e8 }, (error, stdout) => {
      try {
        resolve(JSON.parse(stdout) as Report)
      } catch {
        reject(error ?? new Error(stdout))
      }
    })
  })
}

const said = { forbidden: [] as string[][], allowed: [] as string[][] }

beforeAll(async () => {
  said.forbidden = await lint(FORBIDDEN)
  said.allowed = await lint(ALLOWED)
})

describe('the linter', () => {
  it.each(FORBIDDEN.map(([file, code, rule], index) => ({ file, code, rule, index })))(
    'forbids $code in $file',
    ({ rule, index }) => {
      expect(said.forbidden[index]).toContainEqual(expect.stringContaining(`(${rule})`))
    },
  )

  it.each(ALLOWED.map(([file, code], index) => ({ file, code, index })))(
    'allows $code in $file',
    ({ index }) => {
      const house = new RegExp(`\\((?:${[IMPORT, GLOBAL, PROPERTY, ENVIRONMENT].join('|')})\\)$`)
      expect(said.allowed[index]?.filter((code) => house.test(code))).toEqual([])
    },
  )
})
