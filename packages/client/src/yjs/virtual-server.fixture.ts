import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs'
import type { Random } from '../../../../test/simulation/random.js'

/** The server's side of a document: stores what is posted, and replays it in order. */
export class VirtualServer {
  doc = new Doc()
  epoch = 1
  #backup = encodeStateAsUpdate(this.doc)
  readonly #updates: Uint8Array[] = []
  readonly #keys = new Set<string>()

  /** @param remembers how many updates it can replay to a stream that resumes */
  constructor(readonly remembers: number) {}

  get version(): number {
    return this.#updates.length
  }

  /** Stores an update; returns whether part of it waits for an update that is missing. */
  take(update: Uint8Array, key: string): boolean {
    if (!this.#keys.has(key)) {
      this.#keys.add(key)
      applyUpdate(this.doc, update)
      this.#updates.push(update)
    }
    const { pendingStructs, pendingDs } = this.doc.store
    return pendingStructs !== null || pendingDs !== null
  }

  /** Returns the updates since a version; `null` if they are forgotten. */
  since(epoch: number, version: number): readonly Uint8Array[] | null {
    const isKnown = epoch === this.epoch && this.version - version <= this.remembers
    return isKnown ? this.#updates.slice(version) : null
  }

  restart(): void {
    this.epoch += 1
    this.#keys.clear()
  }

  backUp(): void {
    this.#backup = encodeStateAsUpdate(this.doc)
  }

  /** Starts again from the last backup. */
  restore(): void {
    this.restart()
    this.#updates.length = 0
    this.doc = new Doc()
    applyUpdate(this.doc, this.#backup)
  }
}

/** The messages between clients and server, which arrive in any order, twice, or never. */
export class VirtualNetwork {
  readonly #inFlight: (() => void)[] = []
  readonly random: Random
  isReliable = false

  constructor(random: Random) {
    this.random = random
  }

  get isQuiet(): boolean {
    return this.#inFlight.length === 0
  }

  send(deliver: () => void, lose: () => void): void {
    const isLost = !this.isReliable && this.random.chance(0.15)
    const isDoubled = !isLost && !this.isReliable && this.random.chance(0.05)
    this.#inFlight.push(isLost ? lose : deliver)
    if (isDoubled) this.#inFlight.push(deliver)
  }

  /** Returns whether a login page answers instead of the server. */
  get isCaptive(): boolean {
    return !this.isReliable && this.random.chance(0.05)
  }

  deliverOne(): void {
    const at = this.random.below(this.#inFlight.length)
    this.#inFlight.splice(at, 1)[0]?.()
  }
}
