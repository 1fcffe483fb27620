import { closeSync, openSync } from 'node:fs'
import { devNull } from 'node:os'
import { Problem } from '@whereabouts/protocol'
import type { Log } from './log.js'

const LOOK_MS = 2_000
/** The shortest time between two lines in the log. */
const QUIET_MS = 60_000

/**
 * Checks whether the process can open files and connections. Without free file descriptors, Node closes
 * new connections silently.
 *
 * @see PROTOCOL.md AD15
 */
export class Descriptors {
  #timer: ReturnType<typeof setInterval> | undefined
  #isOut = false
  #loggedMs = -Infinity

  constructor(private readonly log: Log) {}

  start(): void {
    this.#timer = setInterval(() => this.#look(), LOOK_MS).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** @throws {Problem} too-many-connections if there are none left */
  assertLeft(): void {
    this.#look()
    if (!this.#isOut) return
    throw new Problem(
      'too-many-connections',
      'The server has no file descriptors left. Raise its limit of open files (ulimit -n), or lower maxConnections.',
    )
  }

  #look(): void {
    const isOut = !canOpen()
    const isNews = isOut !== this.#isOut
    this.#isOut = isOut
    const nowMs = performance.now()
    if (!isNews || nowMs - this.#loggedMs < QUIET_MS) return
    if (!isOut) return this.log.info('there are file descriptors again')
    this.#loggedMs = nowMs
    this.log.error(
      'no file descriptors are left, so new connections are closed; raise the limit of open files (ulimit -n), or lower maxConnections',
    )
  }
}

function canOpen(): boolean {
  try {
    closeSync(openSync(devNull, 'r'))
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Other errors with that file don't mean that descriptors ran out.
    return code !== 'EMFILE' && code !== 'ENFILE'
  }
}
