import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { freePort } from '../servers/free-port.js'
import { Terminal } from './terminal.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const run = promisify(execFile)

/** A code block of a page: a file, a command, or a command's output. */
interface Block {
  readonly language: string
  readonly code: string
  /** The name of the file in the block. */
  readonly title: string | undefined
  /** The terminal that the command keeps running in, or that prints this output. */
  readonly terminal: string | undefined
  readonly cwd: string | undefined
}

/** Reads the code blocks of a page and replaces each port by a free one. */
async function readBlocks(page: string, ports: ReadonlyMap<string, number>): Promise<Block[]> {
  let text = await readFile(join(ROOT, page), 'utf8')
  for (const [written, free] of ports) text = text.replaceAll(written, String(free))
  const fences = text.matchAll(/^```(\w+)(.*)\n([^]*?)^```$/gm)
  return [...fences].map(([, language = '', attributes = '', code = '']) => {
    const attribute = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(attributes)?.[1]
    return {
      language,
      code,
      title: attribute('title'),
      terminal: attribute('terminal'),
      cwd: attribute('cwd'),
    }
  })
}

/**
 * Follows the steps of a page in a new folder, and checks the output that the page shows.
 *
 * `npm install` links the packages that this repository has installed, so a test needs no registry.
 * Our own packages are unpacked from the tarballs of `npm pack`, with only the dependencies that
 * they declare.
 */
export class Lesson implements AsyncDisposable {
  readonly #terminals = new Map<string, Terminal>()
  #printed = ''

  private constructor(
    readonly port: number,
    private readonly blocks: readonly Block[],
    private readonly place: string,
  ) {}

  /** @param page a page that uses the ports 3000 and 3001 */
  static async open(page: string): Promise<Lesson> {
    const port = await freePort()
    const ports = new Map([
      ['3000', port],
      ['3001', await freePort()],
    ])
    const place = await mkdtemp(join(tmpdir(), 'whereabouts-lesson-'))
    const lesson = new Lesson(port, await readBlocks(page, ports), place)
    await mkdir(lesson.#folder, { recursive: true })
    return lesson
  }

  get #folder(): string {
    return join(this.place, 'where')
  }

  async follow(): Promise<void> {
    for (const block of this.blocks) await this.#do(block)
  }

  /** Stops the command of a terminal, starts it again, and waits until it reports that it runs. */
  async restart(name: string, running: string): Promise<void> {
    const terminal = await this.#terminals.get(name)!.restarted()
    this.#terminals.set(name, terminal)
    await terminal.shows(running)
  }

  async #do({ language, code, title, terminal, cwd }: Block): Promise<void> {
    if (title !== undefined) await this.#write(title, code)
    else if (language === 'sh' && cwd !== undefined) await this.#pack(code)
    else if (language === 'sh' && terminal !== undefined) await this.#start(terminal, code)
    else if (language === 'sh') this.#printed = await this.#runAll(code)
    else if (terminal !== undefined) await this.#terminals.get(terminal)?.shows(code)
    else expect(this.#printed).toBe(code.trimEnd())
  }

  async #write(title: string, code: string): Promise<void> {
    const file = join(this.#folder, title)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, code)
  }

  /** Packs as the page says; `npm test` has already installed and built. */
  async #pack(code: string): Promise<void> {
    const destination = join(this.place, 'whereabouts')
    await mkdir(destination)
    const pack = code.split('\n').filter((line) => line.startsWith('npm pack'))
    expect(pack).toHaveLength(1)
    await this.#bash(`${pack[0]} --ignore-scripts --pack-destination '${destination}'`, ROOT)
  }

  async #start(name: string, code: string): Promise<void> {
    const before = this.#terminals.get(name)
    // The page says to stop a server. A stream that it has started ends by itself.
    if (name.includes('server')) await before?.stop()
    else await before?.ended
    this.#terminals.set(name, new Terminal(code, this.#folder))
  }

  async #runAll(code: string): Promise<string> {
    const printed: string[] = []
    for (const line of code.trimEnd().split('\n')) {
      const [, wanted] = /^npm install (?:--save-dev )?(.*)/.exec(line) ?? []
      if (wanted === undefined) printed.push(await this.#bash(line, this.#folder))
      else await this.#install(wanted.split(' '))
    }
    return printed.join('\n').trimEnd()
  }

  async #bash(command: string, cwd: string): Promise<string> {
    const { stdout } = await run('bash', ['-c', command], { cwd })
    return stdout
  }

  async #install(wanted: readonly string[]): Promise<void> {
    for (const name of wanted) {
      if (name.endsWith('.tgz')) await this.#unpackAll()
      else await this.#link(name)
    }
    await this.#link('.bin')
  }

  async #unpackAll(): Promise<void> {
    const tarballs = join(this.place, 'whereabouts')
    for (const tarball of await readdir(tarballs)) {
      const name = /^whereabouts-(.*)-\d+\.\d+\.\d+\.tgz$/.exec(tarball)?.[1]
      const folder = join(this.#folder, 'node_modules/@whereabouts', name!)
      await mkdir(folder, { recursive: true })
      await run('tar', ['-xzf', join(tarballs, tarball), '-C', folder, '--strip-components=1'])
      const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
        readonly dependencies?: { readonly [name: string]: string }
      }
      const needed = Object.keys(manifest.dependencies ?? {})
      await Promise.all(
        needed.filter((other) => !other.startsWith('@whereabouts/')).map((one) => this.#link(one)),
      )
    }
  }

  async #link(name: string): Promise<void> {
    const path = join(this.#folder, 'node_modules', name)
    await mkdir(dirname(path), { recursive: true })
    await rm(path, { force: true })
    await symlink(join(ROOT, 'node_modules', name), path)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#terminals.values()].map((terminal) => terminal.stop()))
    await rm(this.place, { recursive: true, force: true })
  }
}
