import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Action } from '@whereabouts/protocol'
import {
  createWhereabouts,
  type AskedAction,
  type AuthenticatedUser,
  type Authorize,
  type Whereabouts,
  type WhereaboutsOptions,
} from '@whereabouts/server'
import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { launchChromium } from '../chromium.js'
import { RecordingLog } from '../servers/log.js'
import { OfficeWindow } from './office-window.js'
import { ann, bob } from './office.js'
import { SheetWindow } from './sheet-window.js'

/** What somebody may do who may only look at a document and be seen. */
export const READER: readonly Action[] = ['watch', 'join', 'move']
export const WRITER: readonly Action[] = [...READER, 'write']

const DIST = new URL('../../apps/office/dist/', import.meta.url)
const TYPES: { readonly [extension: string]: string } = {
  css: 'text/css',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript',
  svg: 'image/svg+xml',
}

/** Whoever has no cookie is a program that may do everything. */
const ROBOT = 'robot'
const PEOPLE = new Map<string, AuthenticatedUser>([
  ['ann', { id: 'ann', ...ann }],
  ['bob', { id: 'bob', ...bob }],
  [ROBOT, { id: ROBOT }],
])

/** A web application whose server knows who is calling, and lets them do what a test says. */
export class GuardedOffice {
  readonly #rights = new Map([[ROBOT, WRITER]])
  /** Those whose session is over. */
  readonly #signedOut = new Set<string>()
  #whereabouts: Whereabouts | undefined
  #server: Server | undefined
  #browser: Browser | undefined
  #rooms = 0

  /**
   * @param authorize in the place of what the test allows each of them
   * @param options further ones of the server
   */
  constructor(
    private readonly authorize: Authorize = (asked) => this.#allows(asked),
    private readonly options: WhereaboutsOptions = {},
  ) {
    beforeAll(async () => {
      ;[, this.#browser] = await Promise.all([this.#start(), launchChromium()])
    })
    afterAll(async () => {
      await this.#browser?.close()
      await this.#whereabouts?.close()
      this.#server?.closeAllConnections()
      this.#server?.close()
    })
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server!.address() as AddressInfo).port}`
  }

  get browser(): Browser {
    return this.#browser!
  }

  newRoom(): string {
    return `room-${(this.#rooms += 1)}`
  }

  /** Says what somebody may do from now on, in every room. */
  async allow(who: string, can: readonly Action[]): Promise<void> {
    this.#rights.set(who, can)
    await this.#whereabouts!.rooms.revalidate({ user: who })
  }

  /** Ends somebody's session, of which they hear when they connect again. */
  signOut(who: string): void {
    this.#signedOut.add(who)
    this.#server!.closeAllConnections()
  }

  /** Ends somebody's session, of which they hear with their next call: their streams stay open. */
  expire(who: string): void {
    this.#signedOut.add(who)
  }

  signIn(who: string): void {
    this.#signedOut.delete(who)
  }

  /** Deletes the document of a room. */
  async remove(room: string): Promise<void> {
    await this.#whereabouts!.administration.deleteDocument(room, { by: 'a test' })
  }

  /** A window of somebody on a sheet. @param device what differs from a desk */
  async sheet(
    room: string,
    who: 'ann' | 'bob',
    baseUrl = this.baseUrl,
    device: BrowserContextOptions = {},
  ): Promise<SheetWindow> {
    const { browser } = this
    const context = await this.#profileOf(who, baseUrl, device)
    return SheetWindow.open(browser, { baseUrl, room, context, person: { ann, bob }[who] })
  }

  /** A window of somebody on a page. */
  async page(room: string, who: 'ann' | 'bob', baseUrl = this.baseUrl): Promise<OfficeWindow> {
    const { browser } = this
    const context = await this.#profileOf(who, baseUrl)
    const person = { ann, bob }[who]
    const window = await OfficeWindow.open(browser, {
      baseUrl,
      path: `/pages/${room}`,
      context,
      person,
    })
    await window.untilOpen()
    return window
  }

  async #profileOf(
    who: string,
    url: string,
    device: BrowserContextOptions = {},
  ): Promise<BrowserContext> {
    const permissions = ['clipboard-read', 'clipboard-write']
    const viewport = { width: 1_200, height: 700 }
    const context = await this.browser.newContext({ viewport, permissions, ...device })
    await context.addCookies([{ name: 'who', value: who, url }])
    return context
  }

  async #start(): Promise<void> {
    const whereabouts = await createWhereabouts({
      log: new RecordingLog(),
      secret: 'the secret of a server under test',
      authenticate: (request) => this.#userOf(request),
      authorize: this.authorize,
      ...this.options,
    })
    this.#whereabouts = whereabouts
    this.#server = createServer((request, response) => {
      const nowhere = () => this.#serve(request, response)
      void whereabouts.handle(request, response, nowhere)
    })
    await once(this.#server.listen(0, '127.0.0.1'), 'listening')
  }

  #allows({ user, action }: AskedAction): boolean {
    return this.#rights.get(user!.id)?.includes(action) === true
  }

  #userOf({ headers }: IncomingMessage): AuthenticatedUser | undefined {
    const who = whoIn(headers.cookie)
    return this.#signedOut.has(who) ? undefined : PEOPLE.get(who)
  }

  /** Knows at once who is there, and leads back. */
  #logIn({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
    this.signIn(whoIn(headers.cookie))
    const location = new URL(url, this.baseUrl).searchParams.get('return') ?? '/'
    response.writeHead(302, { location }).end()
  }

  /** Serves the application, and who is at its window. */
  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', this.baseUrl).pathname
    if (path === '/session') {
      const user = this.#userOf(request)
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ mode: 'proxy', user }))
      return
    }
    if (path === '/login') return this.#logIn(request, response)
    const file = path.startsWith('/assets/') ? path.slice(1) : 'index.html'
    const type = TYPES[file.split('.').at(-1)!] ?? 'application/octet-stream'
    response.writeHead(200, { 'content-type': type })
    const content = await readFile(new URL(file, DIST))
    // No browser keeps this application.
    const isPage = file === 'index.html'
    response.end(isPage ? content.toString().replace(/<link rel="manifest"[^>]*>/, '') : content)
  }
}

const whoIn = (cookie = ''): string => /who=(\w+)/.exec(cookie)?.[1] ?? ROBOT
