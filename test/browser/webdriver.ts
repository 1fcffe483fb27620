import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { within } from 'whereabouts-conformance/deadline'
import { WebSocket } from 'ws'
import { find, FIREFOX, missing, type Need, WEBKIT } from '../../scripts/needs.mjs'
import type { Screen } from '../screen.js'
import { freePort } from '../servers/free-port.js'
import { isListening } from '../servers/program.js'

const START_MS = 30_000
const LOOK_MS = 50

/** What a finger or a mouse does, as both kinds of WebDriver have it. @see https://www.w3.org/TR/webdriver2/#actions */
export type Actions = readonly { readonly type: string; readonly [field: string]: unknown }[]

/** One page of a browser that playwright doesn't start as people have it. */
export interface Driver extends AsyncDisposable {
  goto(url: string): Promise<void>
  /** Calls a function in the page, by its text, and returns what its promise resolves with; both as JSON. */
  call(text: string, args: string): Promise<string>
  perform(actions: Actions): Promise<void>
}

/** Starts one with a profile of its own. */
export type StartDriver = (screen: Screen) => Promise<Driver>

/** Without windows, questions and requests of its own. */
const FIREFOX_SETTINGS = {
  'app.normandy.enabled': false,
  'app.update.disabledForTesting': true,
  'browser.aboutwelcome.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'toolkit.telemetry.server': '',
}

/** Firefox by WebDriver BiDi, which needs no other program and no screen. */
export const startFirefox: StartDriver = async ({ display }) => {
  const folder = await mkdtemp(join(tmpdir(), 'whereabouts-profile-'))
  const settings = Object.entries(FIREFOX_SETTINGS).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
  )
  await writeFile(join(folder, 'user.js'), settings.join(''))
  const args = ['--headless', '--no-remote', '--profile', folder, '--remote-debugging-port', '0']
  const child = start(FIREFOX, args, folder, display)
  const stop = () => stopAndRemove(child, folder)
  try {
    const [, address] = await within(
      saidBy(child, /WebDriver BiDi listening on (\S+)/),
      'the address of Firefox',
      START_MS,
    )
    return await BidiDriver.connect(`${address}/session`, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

/** WebKitGTK in its small browser, by WebDriver. */
export const startWebKit: StartDriver = async ({ display }) => {
  const folder = await mkdtemp(join(tmpdir(), 'whereabouts-profile-'))
  const port = await freePort()
  const child = start(WEBKIT, ['--host=127.0.0.1', `--port=${port}`], folder, display)
  const stop = () => stopAndRemove(child, folder)
  try {
    const isThere = async () => {
      while (!(await isListening(port)))
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    }
    await within(isThere(), 'the driver of WebKit', START_MS)
    return await ClassicDriver.connect(`http://127.0.0.1:${port}`, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

function start(need: Need, args: readonly string[], folder: string, display: string): ChildProcess {
  const path = find(need)
  if (path === undefined) throw new Error(missing(need))
  // Keeps what it writes in its folder.
  const env = { PATH: process.env['PATH'], HOME: folder, DISPLAY: display, NO_AT_BRIDGE: '1' }
  return spawn(path, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
}

async function saidBy(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  const lines = createInterface(child.stderr!)
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      const found = pattern.exec(line)
      if (found !== null) resolve(found)
    })
    child.once('exit', () => reject(new Error('the browser has ended')))
  })
}

async function stopAndRemove(child: ChildProcess, folder: string): Promise<void> {
  const ended = once(child, 'exit')
  if (child.exitCode === null && child.kill()) await ended
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}

/** @see https://www.w3.org/TR/webdriver-bidi/ */
class BidiDriver implements Driver {
  #ids = 0
  #context = ''
  readonly #waiting = new Map<number, (answer: Answered) => void>()

  private constructor(
    private readonly socket: WebSocket,
    private readonly stop: () => Promise<void>,
  ) {
    socket.on('message', (data: Buffer) => {
      const answer = JSON.parse(data.toString()) as Answered
      this.#waiting.get(answer.id)?.(answer)
      this.#waiting.delete(answer.id)
    })
  }

  static async connect(address: string, stop: () => Promise<void>): Promise<BidiDriver> {
    const socket = new WebSocket(address)
    await once(socket, 'open')
    const driver = new BidiDriver(socket, stop)
    await driver.#send('session.new', { capabilities: {} })
    // In the first tab, the address bar has the focus.
    const { context } = await driver.#send('browsingContext.create', { type: 'tab' })
    driver.#context = context as string
    return driver
  }

  async goto(url: string): Promise<void> {
    await this.#send('browsingContext.navigate', { ...this.#page, url, wait: 'complete' })
  }

  async call(text: string, args: string): Promise<string> {
    const { result, exceptionDetails } = await this.#send('script.callFunction', {
      functionDeclaration: `async (args) => JSON.stringify((await (${text})(...JSON.parse(args))) ?? null)`,
      arguments: [{ type: 'string', value: args }],
      awaitPromise: true,
      target: this.#page,
    })
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails))
    return (result as { readonly value: string }).value
  }

  async perform(actions: Actions): Promise<void> {
    await this.#send('input.performActions', { ...this.#page, actions })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.close()
    await this.stop()
  }

  get #page() {
    return { context: this.#context }
  }

  async #send(method: string, params: object): Promise<Fields> {
    const id = (this.#ids += 1)
    const answered = new Promise<Answered>((resolve) => this.#waiting.set(id, resolve))
    this.socket.send(JSON.stringify({ id, method, params }))
    const { result, error, message } = await within(answered, method, START_MS)
    if (result === undefined) throw new Error(`${method}: ${error}: ${message}`)
    return result
  }
}

type Fields = { readonly [field: string]: unknown }

interface Answered {
  readonly id: number
  readonly result?: Fields
  readonly error?: string
  readonly message?: string
}

/** @see https://www.w3.org/TR/webdriver2/ */
class ClassicDriver implements Driver {
  private constructor(
    private readonly session: string,
    private readonly stop: () => Promise<void>,
  ) {}

  static async connect(address: string, stop: () => Promise<void>): Promise<ClassicDriver> {
    const alwaysMatch = {
      browserName: 'MiniBrowser',
      'webkitgtk:browserOptions': { binary: miniBrowser(), args: ['--automation'] },
    }
    const body = { capabilities: { alwaysMatch } }
    const { sessionId } = (await ask(`${address}/session`, body)) as { sessionId: string }
    return new ClassicDriver(`${address}/session/${sessionId}`, stop)
  }

  async goto(url: string): Promise<void> {
    await ask(`${this.session}/url`, { url })
  }

  async call(text: string, args: string): Promise<string> {
    const script = `
      const [args, done] = arguments
      const run = async () => JSON.stringify((await (${text})(...JSON.parse(args))) ?? null)
      run().then((value) => done({ value }), (error) => done({ error: String(error) }))`
    const answer = await ask(`${this.session}/execute/async`, { script, args: [args] })
    const { value, error } = answer as { readonly value: string; readonly error?: string }
    if (error !== undefined) throw new Error(error)
    return value
  }

  async perform(actions: Actions): Promise<void> {
    await ask(`${this.session}/actions`, { actions })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await fetch(this.session, { method: 'DELETE' })
    await this.stop()
  }
}

async function ask(url: string, body: object): Promise<unknown> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
  const { value } = (await response.json()) as { readonly value: unknown }
  if (!response.ok) throw new Error(`${url}: ${JSON.stringify(value)}`)
  return value
}

/** The browser of the library's own package, whose folder has the name of the machine's kind. */
function miniBrowser(): string {
  const folders = readdirSync('/usr/lib').flatMap((kind) =>
    ['webkit2gtk-4.1', 'webkit2gtk-4.0', 'webkitgtk-6.0'].map((version) =>
      join('/usr/lib', kind, version, 'MiniBrowser'),
    ),
  )
  const path = folders.find((each) => existsSync(each))
  if (path === undefined) throw new Error(missing(WEBKIT))
  return path
}
