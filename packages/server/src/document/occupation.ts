/** A piece of work that a thread is at, as others see it. */
export interface Turn {
  /** Another number for each piece of work. */
  readonly turn: number
  readonly roomName: string
  /** The request that it is for; 0 if it is for none in particular. */
  readonly number: number
}

const STATE = 0
const FREE = 0
const DETAINED = -0x80_00_00_00
const CONDEMNED = DETAINED + 1
const ROOM_LENGTH = 1
const NUMBER_OFFSET = 8
const ROOM_OFFSET = 16
/** Longer than any room's name. PROTOCOL.md NM1 */
const ROOM_BYTES = 128
const LAST_TURN = 0x7f_ff_ff_fe

/**
 * What a thread is at work on, in memory that it shares with the one that started it: who is at work
 * can't be asked. The other may detain it during a piece of work, from which moment on it does
 * nothing for other rooms, as those are with another thread by then.
 *
 * The state is the turn during a piece of work, below 0 once the thread is detained.
 */
export class Occupation {
  readonly #state: Int32Array
  readonly #number: Float64Array
  readonly #room: Buffer
  #turn = 0
  #detainedBy: string | undefined

  constructor(readonly shared = new SharedArrayBuffer(ROOM_OFFSET + ROOM_BYTES)) {
    this.#state = new Int32Array(shared, 0, 2)
    this.#number = new Float64Array(shared, NUMBER_OFFSET, 1)
    this.#room = Buffer.from(shared, ROOM_OFFSET, ROOM_BYTES)
  }

  /** Whether the thread works for a room: once detained, for no other. */
  serves(roomName: string): boolean {
    return this.#detainedBy === undefined || this.#detainedBy === roomName
  }

  /** @throws whatever the work throws */
  during<T>(roomName: string, number: number, work: () => T): T {
    this.#turn = this.#turn === LAST_TURN ? 1 : this.#turn + 1
    this.#number[0] = number
    this.#state[ROOM_LENGTH] = this.#room.write(roomName, 'latin1')
    const isDetained = this.#detainedBy !== undefined
    Atomics.store(this.#state, STATE, isDetained ? -this.#turn : this.#turn)
    try {
      return work()
    } finally {
      this.#finish(roomName)
    }
  }

  #finish(roomName: string): void {
    if (Atomics.compareExchange(this.#state, STATE, this.#turn, FREE) === this.#turn) return
    this.#detainedBy ??= roomName
    Atomics.compareExchange(this.#state, STATE, -this.#turn, DETAINED)
    // What it was at was refused: it may do nothing with it until it is ended.
    while (Atomics.load(this.#state, STATE) === CONDEMNED) {
      Atomics.wait(this.#state, STATE, CONDEMNED)
    }
  }

  /** What it is at, seen from outside. */
  look(): Turn | undefined {
    const state = Atomics.load(this.#state, STATE)
    if (state === FREE || state <= CONDEMNED) return undefined
    const roomName = this.#room.toString('latin1', 0, this.#state[ROOM_LENGTH])
    const number = this.#number[0]!
    // It may have gone on to something else meanwhile.
    if (Atomics.load(this.#state, STATE) !== state) return undefined
    return { turn: Math.abs(state), roomName, number }
  }

  /** From now on the thread is for the room it is at work for; `false` if it was done with that. */
  detain({ turn }: Turn): boolean {
    return Atomics.compareExchange(this.#state, STATE, turn, -turn) === turn
  }

  /** The thread will never be done with what it is at; `false` if it was. */
  condemn({ turn }: Turn): boolean {
    return [turn, -turn].some(
      (state) => Atomics.compareExchange(this.#state, STATE, state, CONDEMNED) === state,
    )
  }
}
