import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../chromium.js'
import { freePort } from '../servers/free-port.js'
import { size } from '../size.js'
import { Application } from './application.js'
import { meetInRoom, meetOnPage } from './meeting.js'
import { Tarballs } from './tarballs.js'

// Installs and builds: minutes on a busy machine.
const TIMEOUT_MS = 600_000

/** Nest 12 as ES modules with Vitest, and Nest 11 as CommonJS with Jest: what the packages are loaded by. */
const LOADED_BY = ['nest', 'nest-jest']
const SERVERS = ['node-http', 'express', 'fastify', 'hono']
const PAGES = ['html', 'article', 'nest-react', 'vue']

let tarballs: Tarballs
beforeAll(async () => {
  tarballs = await Tarballs.pack()
})
afterAll(() => tarballs[Symbol.asyncDispose]())

describe('a fresh application from what npm would publish', () => {
  it.each(size(LOADED_BY, [...LOADED_BY, ...SERVERS]))(
    'examples/%s compiles, passes its own tests, and two people meet in it',
    async (example) => {
      await using application = await Application.install(example, tarballs)
      await application.runScript('build')
      await application.runScript('test')
      await using server = await application.start()
      await meetInRoom(server.url)
      await server.stop()
    },
    TIMEOUT_MS,
  )

  it(
    '[PK1] needs no driver for documents in memory, and says which one an option needs',
    async () => {
      await using application = await Application.install('node-http', tarballs)
      const installed = await application.execute('ls', ['node_modules'])
      expect(installed).not.toMatch(/libsql|^pg$|redis/m)
      await using server = await application.start()
      await meetInRoom(server.url)
      const started = (options: string) =>
        application.execute('node', ['--eval', startWith(options)])
      const shared = `secret: 'sixteen letters or more'`
      expect(await started(`{ dataDir: 'data' }`)).toContain('npm install libsql')
      expect(await started(`{ databaseUrl: 'postgres://localhost/x' }`)).toContain('npm install pg')
      expect(
        await started(
          `{ redisUrl: 'redis://localhost', databaseUrl: 'postgres://localhost/x', ${shared} }`,
        ),
      ).toContain('npm install @redis/client')
    },
    TIMEOUT_MS,
  )
})

// At night: these install much, and in the gate the same pages are built for the tests of the client.
if (size(false, true)) {
  describe('the page of a fresh application', () => {
    let browser: Browser
    beforeAll(async () => {
      browser = await launchChromium()
    })
    afterAll(() => browser.close())

    it.each(PAGES)(
      'examples/%s compiles, and two windows meet in it',
      async (example) => {
        await using application = await Application.install(example, tarballs)
        await application.runScript('build')
        await using server = await application.start()
        await meetOnPage(browser, server.url)
      },
      TIMEOUT_MS,
    )

    it(
      'examples/next compiles, and two windows meet on a server of another origin',
      async () => {
        await using application = await Application.install('next', tarballs)
        await application.runScript('build')
        const port = await freePort()
        const PAGE_ORIGIN = `http://localhost:${port}`
        await using server = await application.start({
          script: 'start:server',
          settings: { PAGE_ORIGIN },
        })
        await using pages = await application.start({
          port,
          settings: { WHEREABOUTS_URL: server.url },
        })
        await meetOnPage(browser, pages.url)
      },
      TIMEOUT_MS,
    )
  })
}

/** Returns a program that prints why a server with these options doesn't start. */
function startWith(options: string): string {
  return `import('@whereabouts/server')
    .then(({ createWhereabouts }) => createWhereabouts({ auth: 'open', ...${options} }))
    .then(() => console.log('it started'), ({ message }) => console.log(message))
    .then(() => process.exit())`
}
