import { lock, type Lock, type LockOptions } from '../locks.js'
import type { AnyRoom } from '../room.js'

/** A component's use of a lock: it takes it, and releases it when it goes. @see PROTOCOL.md CL115 */
export class LockUse {
  readonly #room: AnyRoom
  readonly #key: string
  #ended = new AbortController()
  #lock: Lock | undefined

  constructor(room: AnyRoom, key: string) {
    this.#room = room
    this.#key = key
  }

  readonly lock = async ({ signal, ...options }: LockOptions = {}): Promise<Lock> => {
    const ended = this.#ended.signal
    const ends = signal === undefined ? ended : AbortSignal.any([signal, ended])
    const taken = await lock(this.#room, this.#key, { ...options, signal: ends })
    this.#lock = taken
    return taken
  }

  readonly unlock = async (): Promise<void> => this.#lock?.release()

  /** Returns how to end it. */
  readonly begin = (): (() => void) => {
    this.#ended = new AbortController()
    return () => {
      this.#ended.abort()
      void this.unlock()
    }
  }
}
