import type { Problem } from '@whereabouts/protocol'
import { randomKey } from '../random-key.js'
import { type Part, type PartLimits, partsOf } from './parts.js'
import type { Lacking } from './server-copy.js'
import type { Refusal } from './sync-state.js'

// A server's default; the limit in a refusal replaces it.
const USUAL_LIMITS: PartLimits = { bytes: 1_048_576, structs: Number.POSITIVE_INFINITY }
const LEAST_BYTES = 256

/** A post with its idempotency key, so that it can be repeated. */
export interface Posting {
  readonly part: Part
  readonly key: string
}

/**
 * Splits what the server lacks into parts that it accepts: one in flight, the others pending.
 *
 * @see PROTOCOL.md CL21, CL22, CL39 to CL45
 */
export class Outbox {
  #pending: Part[] = []
  #inFlight: Posting | null = null
  #limits = USUAL_LIMITS

  /** Whether a part waits for its answer. */
  get isInFlight(): boolean {
    return this.#inFlight !== null
  }

  /** Returns the part in flight, or else the next one; `null` if nothing can be sent. */
  next(lacking: () => Lacking): Posting | null {
    if (this.#inFlight !== null) return this.#inFlight
    if (this.#pending.length === 0) this.#pending = parts(lacking(), this.#limits)
    const part = this.#pending.shift()
    if (part !== undefined) this.#inFlight = { part, key: randomKey() }
    return this.#inFlight
  }

  /** Records that the part in flight has arrived. */
  arrived(): void {
    this.#inFlight = null
  }

  /** Returns how large the part in flight is, if there is one. */
  get inFlightBytes(): number {
    return this.#inFlight?.part.update.length ?? 0
  }

  /**
   * Returns a post of as much as fits into a number of bytes, whether it is in flight or not; `null` if
   * nothing fits.
   */
  within(maxBytes: number, lacking: Lacking): Posting | null {
    const bytes = Math.min(maxBytes, this.#limits.bytes)
    const [part] = parts(lacking, { ...this.#limits, bytes })
    if (part === undefined || part.update.length > bytes) return null
    return { part, key: randomKey() }
  }

  /** Drops all parts, so that the next one is computed again. */
  clear(): void {
    this.#inFlight = null
    this.#pending = []
  }

  /**
   * Makes parts smaller, because the server refused one for its size or its content.
   *
   * @returns `false` if the part can't be made smaller
   */
  narrow({ part, problem }: Refusal, lacking: Lacking): boolean {
    const limits = { ...this.#limits, ...narrower(part, problem) }
    const [first] = parts(lacking, limits)
    // Nothing is left to send.
    if (first === undefined) return true
    if (first.update.length >= part.update.length) return false
    this.#limits = limits
    return true
  }

  /** Makes parts large again, within the server's limit of bytes. */
  widen(): void {
    this.#limits = { ...this.#limits, structs: USUAL_LIMITS.structs }
  }
}

function parts({ structs, deleted }: Lacking, limits: PartLimits): Part[] {
  return partsOf(structs, deleted, limits)
}

function narrower(part: Part, { problem, extensions }: Problem): Partial<PartLimits> {
  if (problem !== 'too-large') return { structs: Math.ceil(part.ranges.length / 2) }
  const { limitBytes } = extensions
  const isSaid = typeof limitBytes === 'number' && limitBytes < part.update.length
  return { bytes: Math.max(LEAST_BYTES, isSaid ? limitBytes : Math.floor(part.update.length / 2)) }
}
