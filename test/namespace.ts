import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { within } from 'whereabouts-conformance/deadline'
import { namespaceMissing, namespaceOfProcess, rootPrefix } from '../scripts/namespace.mjs'
import { find, IPROUTE } from '../scripts/needs.mjs'
import { chromiumPath, launchChromium } from './chromium.js'

const ENTER = fileURLToPath(new URL('enter-namespace.sh', import.meta.url))

/** A network of its own, as another machine has, for a browser. Its packets can be dropped. */
export class Namespace implements AsyncDisposable {
  readonly #lines: Interface
  readonly #ended: Promise<unknown>
  #output = ''

  private constructor(
    private readonly child: ChildProcess,
    readonly name: string,
    /** This machine's address in that network, where servers can listen. */
    readonly address: string,
  ) {
    this.#lines = createInterface(child.stdout!)
    this.#ended = once(child, 'close')
    child.stderr!.on('data', (chunk: Buffer) => (this.#output += chunk.toString()))
    // Of a program that has ended; `#says` tells why it has.
    child.stdin!.on('error', () => undefined)
  }

  /** @throws {Error} that says what is missing, if this system allows no namespaces */
  static async make(): Promise<Namespace> {
    const { command, name, address } = namespaceOfProcess()
    const [program = '', ...args] = command
    // In a group of its own, so that Ctrl+C doesn't end it before it has removed the namespace.
    const child = spawn(program, args, { stdio: 'pipe', detached: true })
    const namespace = new Namespace(child, name, address)
    await namespace.#says('ready')
    return namespace
  }

  /** Starts the system's Chromium in that network. */
  launchChromium(): Promise<Browser> {
    const env = {
      ...process.env,
      AS_ROOT: rootPrefix()?.join(' '),
      IP: find(IPROUTE),
      NAMESPACE: this.name,
      PROGRAM: chromiumPath(),
    }
    return launchChromium({ executablePath: ENTER, env })
  }

  /** Drops all packets from now on, in both directions and in silence. */
  lose(): Promise<void> {
    return this.#do('lose')
  }

  /** Lets packets pass again, also those of connections from before. */
  mend(): Promise<void> {
    return this.#do('mend')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.stdin!.end()
    await this.#ended
  }

  async #do(command: 'lose' | 'mend'): Promise<void> {
    this.child.stdin!.write(`${command}\n`)
    await this.#says(command)
  }

  async #says(line: string): Promise<void> {
    const ended = this.#ended.then(() => {
      throw new Error(namespaceMissing(this.#output))
    })
    await within(Promise.race([once(this.#lines, 'line'), ended]), `"${line}" of the namespace`)
  }
}
