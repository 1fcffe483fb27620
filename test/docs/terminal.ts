import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, vi } from 'vitest'

// A lease is 15 s, and Nest loads slowly when every core is busy.
const SHOWS_MS = 60_000

/** A command that keeps running in its own terminal. */
export class Terminal {
  /** Resolves when the command has ended or was stopped. */
  readonly ended: Promise<unknown>
  readonly #pid: number
  #output = ''
  #seen = 0

  constructor(
    private readonly command: string,
    private readonly cwd: string,
  ) {
    // Its own process group, so that the shell's children are stopped too.
    const child = spawn('bash', ['-c', command], {
      cwd,
      detached: true,
      env: { ...process.env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#pid = child.pid!
    this.ended = once(child, 'close')
    for (const output of [child.stdout, child.stderr]) {
      output.on('data', (chunk: Buffer) => (this.#output += chunk.toString()))
    }
  }

  /** Waits for a text in new output of the terminal. `…` stands for anything. */
  async shows(text: string): Promise<void> {
    const pattern = new RegExp(text.trimEnd().split('…').map(escapeRegExp).join('[^]*?'))
    await vi.waitUntil(() => this.#finds(pattern), { timeout: SHOWS_MS }).catch(() => undefined)
    expect(this.#output.slice(this.#seen)).toMatch(pattern)
    const { 0: found, index } = pattern.exec(this.#output.slice(this.#seen))!
    this.#seen += index + found.length
  }

  /** Stops the command and starts it again. */
  async restarted(): Promise<Terminal> {
    await this.stop()
    return new Terminal(this.command, this.cwd)
  }

  #finds(pattern: RegExp): boolean {
    return pattern.test(this.#output.slice(this.#seen))
  }

  async stop(): Promise<void> {
    try {
      process.kill(-this.#pid, 'SIGTERM')
    } catch {
      // The process has already ended.
    }
    await this.ended
  }
}

/** Removes CRs, as HTTP headers end with CR LF and a page can't show that. */
function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('\n', String.raw`\r?\n`)
}
