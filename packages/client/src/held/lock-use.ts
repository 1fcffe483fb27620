import { lock, type Lock, type LockOptions } from '../locks.js'
import type { AnyRoom } from '../room.js'

/** A component's use of a lock: it takes it, and releases it when it goes. @see PROTOCOL.md CL115 */
export class LockUse {
  readonly #room: AnyRoom
  readonly #key: string
  /** Ends the calls that wait for the lock. */
  #wanted = new AbortController()
  #lock: Lock | undefined

  constructor(room: AnyRoom, key: string) {
    this.#room = room
    this.#key = key
  }

  readonly lock = async ({ signal, ...options }: LockOptions = {}): Promise<Lock> => {
    const ended = this.#wanted.signal
    const ends = signal === undefined ? ended : AbortSignal.any([signal, ended])
    const taken = await lock(this.#room, this.#key, { ...options, signal: ends })
    // It may have ended since the lock was taken.
    if (ended.aborted) void taken.release()
    ended.throwIfAborted()
    this.#lock = taken
    return taken
  }

  /** Releases the lock, and ends the calls that wait for it: they reject with an `AbortError`. */
  readonly unlock = async (): Promise<void> => {
    if (!this.#wanted.signal.aborted) {
      this.#wanted.abort()
      this.#wanted = new AbortController()
    }
    await this.#lock?.release()
  }

  /** Returns how to end it. */
  readonly begin = (): (() => void) => {
    if (this.#wanted.signal.aborted) this.#wanted = new AbortController()
    return () => {
      this.#wanted.abort()
      void this.#lock?.release()
    }
  }
}
