import type { Problem } from '@whereabouts/protocol'
import { randomKey } from '../member-key.js'
import { type Part, type PartLimits, partsOf } from './parts.js'
import type { Lacking } from './server-copy.js'
import type { Refusal } from './sync-state.js'

// What a server takes unless set otherwise; what it says itself counts from then on.
const USUAL_LIMITS: PartLimits = { bytes: 1_048_576, structs: Number.POSITIVE_INFINITY }
const LEAST_BYTES = 256

/** A post that may have to be repeated as it is. */
export interface Posting {
  readonly part: Part
  readonly key: string
}

/**
 * What the server lacks, in parts that it takes: one in flight, the others pending.
 *
 * @see PROTOCOL.md CL21, CL22, CL39 to CL45
 */
export class Outbox {
  #pending: Part[] = []
  #inFlight: Posting | null = null
  #limits = USUAL_LIMITS

  /** What is in flight, or else goes next; `null` where nothing can be sent. */
  next(lacking: () => Lacking): Posting | null {
    if (this.#inFlight !== null) return this.#inFlight
    if (this.#pending.length === 0) this.#pending = parts(lacking(), this.#limits)
    const part = this.#pending.shift()
    if (part !== undefined) this.#inFlight = { part, key: randomKey() }
    return this.#inFlight
  }

  /** What was in flight has arrived. */
  arrived(): void {
    this.#inFlight = null
  }

  /** What the server lacks is to be looked at again. */
  clear(): void {
    this.#inFlight = null
    this.#pending = []
  }

  /**
   * Sends less at once, because the server refused a part for its size or its content.
   *
   * @returns `false` if the part can't be made smaller
   */
  narrow({ part, problem }: Refusal, lacking: Lacking): boolean {
    const limits = { ...this.#limits, ...narrower(part, problem) }
    const [first] = parts(lacking, limits)
    // By now there is nothing that can be sent.
    if (first === undefined) return true
    if (first.update.length >= part.update.length) return false
    this.#limits = limits
    return true
  }

  /** Sends much at once again, up to what the server said. */
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
