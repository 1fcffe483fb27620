/** A piece of work that a thread is doing, as other threads see it. */
export interface Turn {
  /** Different for each piece of work. */
  readonly turn: number
  readonly roomName: string
  /** The number of the request that it serves; 0 for none. */
  readonly number: number
}

const STATE = 0
const FREE = 0
const ISOLATED = -0x80_00_00_00
const HALTED = ISOLATED + 1
const ROOM_LENGTH = 1
const IN_STORE = 2
const INTEGERS = 3
const NUMBER_OFFSET = 16
const ROOM_OFFSET = 24
/** Longer than any room's name. PROTOCOL.md NM1 */
const ROOM_BYTES = 128
const LAST_TURN = 0x7f_ff_ff_fe

/**
 * The current work of a thread, in memory that it shares with the main thread, because a busy thread
 * can't answer. The main thread can isolate it during a piece of work. From then on it works for that
 * room alone, and another thread works for the others.
 *
 * The state is 0 between pieces of work and the turn during one. Once the thread is isolated it is
 * `ISOLATED` between them and the negative turn during one. `HALTED` is final: the thread ends itself
 * before its next work, and at the end of the present one.
 */
export class Occupation {
  readonly #state: Int32Array
  readonly #number: Float64Array
  readonly #room: Buffer
  #turn = 0
  #isolatedFor: string | undefined

  /** @param end ends the thread */
  constructor(
    readonly shared = new SharedArrayBuffer(ROOM_OFFSET + ROOM_BYTES),
    private readonly end: () => never = () => process.exit(),
  ) {
    this.#state = new Int32Array(shared, 0, INTEGERS)
    this.#number = new Float64Array(shared, NUMBER_OFFSET, 1)
    this.#room = Buffer.from(shared, ROOM_OFFSET, ROOM_BYTES)
  }

  /** Returns whether the thread may work for a room. */
  serves(roomName: string): boolean {
    return this.#isolatedFor === undefined || this.#isolatedFor === roomName
  }

  /**
   * Runs work and shows it to the main thread meanwhile. Rethrows what the work throws.
   *
   * @param kind whether the work is a call of the store, within which a thread can't be terminated
   */
  during<T>(roomName: string, number: number, work: () => T, kind: 'own' | 'store' = 'own'): T {
    this.#turn = this.#turn === LAST_TURN ? 1 : this.#turn + 1
    this.#number[0] = number
    this.#state[ROOM_LENGTH] = this.#room.write(roomName, 'latin1')
    this.#state[IN_STORE] = kind === 'store' ? 1 : 0
    const [between, turn] =
      this.#isolatedFor === undefined ? [FREE, this.#turn] : [ISOLATED, -this.#turn]
    if (Atomics.compareExchange(this.#state, STATE, between, turn) === HALTED) this.end()
    try {
      return work()
    } finally {
      this.#finish(roomName)
    }
  }

  #finish(roomName: string): void {
    if (Atomics.compareExchange(this.#state, STATE, this.#turn, FREE) === this.#turn) return
    this.#isolatedFor ??= roomName
    Atomics.compareExchange(this.#state, STATE, -this.#turn, ISOLATED)
    // Its work was refused, so it must not store anything.
    if (Atomics.load(this.#state, STATE) === HALTED) this.end()
  }

  /** Returns the thread's current work. For the main thread. */
  look(): Turn | undefined {
    const state = Atomics.load(this.#state, STATE)
    if (state === FREE || state <= HALTED) return undefined
    const roomName = this.#room.toString('latin1', 0, this.#state[ROOM_LENGTH])
    const number = this.#number[0]!
    // The thread may have begun other work since the first read.
    if (Atomics.load(this.#state, STATE) !== state) return undefined
    return { turn: Math.abs(state), roomName, number }
  }

  /** Reserves the thread for the room that it works for; `false` if that work is already done. */
  isolate({ turn }: Turn): boolean {
    return Atomics.compareExchange(this.#state, STATE, turn, -turn) === turn
  }

  /** Stops the thread for good at the end of this work; `false` if the work is already done. */
  halt({ turn }: Turn): boolean {
    return [turn, -turn].some(
      (state) => Atomics.compareExchange(this.#state, STATE, state, HALTED) === state,
    )
  }

  /**
   * Stops the thread for good, at the end of its work if it has any. Returns whether it can be
   * terminated: it is in work of its own, and not in a call of its store.
   */
  stop(): boolean {
    for (;;) {
      const state = Atomics.load(this.#state, STATE)
      if (Atomics.compareExchange(this.#state, STATE, state, HALTED) !== state) continue
      return state !== FREE && state !== ISOLATED && this.#state[IN_STORE] === 0
    }
  }
}
