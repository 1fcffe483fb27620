import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, vi } from 'vitest'

// A lease is 15 s, and Nest takes its time to load when every core is busy.
const SHOWS_MS = 60_000

/** A command that keeps running in a terminal of its own. */
export class Terminal {
  /** Resolves when the command has ended by itself or was stopped. */
  readonly ended: Promise<unknown>
  readonly #pid: number
  #output = ''
  #seen = 0

  constructor(
    private readonly command: string,
    private readonly cwd: string,
  ) {
    // Of a process group of its own, so that stopping it stops what the shell has started.
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

  /** Waits for a text in what the terminal hasn't shown before. `…` stands for anything. */
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
      // It has ended by itself.
    }
    await this.ended
  }
}

/** HTTP ends its header lines with CR LF, which a page can't show. */
function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('\n', String.raw`\r?\n`)
}
