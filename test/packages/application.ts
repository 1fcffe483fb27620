import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, delimiter, join } from 'node:path'
import { expect } from 'vitest'
import { within } from 'whereabouts-conformance/deadline'
import { freePort } from '../servers/free-port.js'
import { readManifest, ROOT, run, type Tarballs } from './tarballs.js'

/** What a copy leaves out: what is built or installed. */
const MADE = new Set(['node_modules', 'dist', '.next', 'data'])

/** How to start an application's server. */
interface Start {
  /** @default 'start' */
  readonly script?: string
  /** @default a free one */
  readonly port?: number
  /** Further variables of its environment. */
  readonly settings?: Readonly<Record<string, string>>
}

/** A copy of an example in a folder of its own, with its dependencies installed, like that of a developer. */
export class Application implements AsyncDisposable {
  private constructor(readonly folder: string) {}

  /** Installs the example with our packages from their tarballs, and all others by their versions. */
  static async install(example: string, tarballs: Tarballs): Promise<Application> {
    const folder = await mkdtemp(join(tmpdir(), `whereabouts-${example}-`))
    await cp(join(ROOT, 'examples', example), folder, {
      recursive: true,
      filter: (source) => !MADE.has(basename(source)),
    })
    const manifest = await readManifest(folder)
    const { dependencies = {}, devDependencies = {} } = manifest
    const installed = {
      ...manifest,
      dependencies: await tarballs.resolve(dependencies),
      devDependencies: await tarballs.resolve(devDependencies),
    }
    await writeFile(join(folder, 'package.json'), JSON.stringify(installed))
    const application = new Application(folder)
    await application.execute('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund'])
    return application
  }

  /** Runs one of the scripts in its package.json, if there is one of that name. */
  async runScript(name: string): Promise<void> {
    const { scripts = {} } = await readManifest(this.folder)
    if (scripts[name] !== undefined) await this.execute('npm', ['run', name])
  }

  /** Runs a program, and returns its output. @throws {Error} with all output, if it fails */
  async execute(program: string, args: readonly string[]): Promise<string> {
    try {
      const { stdout } = await run(program, args, { cwd: this.folder, env: environment() })
      return stdout
    } catch (error) {
      const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string }
      throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}\n${stderr}`, {
        cause: error,
      })
    }
  }

  /** Runs a script that begins a server, and resolves when the server answers. */
  async start({ script = 'start', port, settings = {} }: Start = {}): Promise<Server> {
    const { scripts = {} } = await readManifest(this.folder)
    const listened = port ?? (await freePort())
    // With `exec`, signals reach the server itself.
    const child = spawn('sh', ['-c', `exec ${scripts[script]!}`], {
      cwd: this.folder,
      env: {
        ...environment(),
        ...settings,
        PORT: String(listened),
        PATH: [join(this.folder, 'node_modules/.bin'), process.env['PATH']].join(delimiter),
      },
      stdio: 'ignore',
    })
    const server = new Server(`http://localhost:${listened}`, child)
    const answers = () => fetch(server.url).then(({ status }) => status < 500)
    await expect.poll(() => answers().catch(() => false), { timeout: 60_000 }).toBe(true)
    return server
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Returns the environment of a developer's shell: that of this process, without what the tests set. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_ENV: _env, VITEST: _vitest, NODE_OPTIONS: _options, ...rest } = process.env
  return { ...rest, NEXT_TELEMETRY_DISABLED: '1', CI: '1' }
}

/** A server that runs. */
export class Server implements AsyncDisposable {
  readonly #exited: Promise<unknown>

  constructor(
    readonly url: string,
    private readonly child: ChildProcess,
  ) {
    this.#exited = once(child, 'exit')
  }

  /** Ends it by the signal that a supervisor sends. */
  async stop(): Promise<void> {
    this.child.kill('SIGTERM')
    await within(this.#exited, 'the end of the server')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL')
    await this.#exited
  }
}
