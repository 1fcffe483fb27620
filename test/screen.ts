import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { within } from 'whereabouts-conformance/deadline'
import { find, missing, XVFB } from '../scripts/needs.mjs'

/** The descriptor on which it says the number of its display. */
const SAYS = 3

/** A screen without a monitor, on which browsers have windows. */
export class Screen implements AsyncDisposable {
  private constructor(
    private readonly child: ChildProcess,
    /** What programs have in `DISPLAY`. */
    readonly display: string,
  ) {}

  /** @throws {Error} that says how to install Xvfb, if it is missing */
  static async start(): Promise<Screen> {
    const path = find(XVFB)
    if (path === undefined) throw new Error(missing(XVFB))
    const size = ['-screen', '0', '1280x800x24']
    const child = spawn(path, ['-displayfd', String(SAYS), ...size, '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    })
    const [number] = await within(once(child.stdio[SAYS] as Readable, 'data'), 'the screen')
    return new Screen(child, `:${String(number).trim()}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.child, 'exit')
    if (this.child.kill()) await ended
  }
}
