import type { Lock } from '@whereabouts/protocol'
import { tooManyLocks } from './too-many-locks.js'
import { type Change, Timeline } from './timeline.js'

/** A lock that a call names: it is only good if its caller holds this key with this number. */
export interface NamedLock {
  readonly key: string
  readonly number: number
}

/** What became of the locks since a version, by key; `null` for those that were released. */
export type LockChanges = { [key: string]: Lock | null }

/** The locks in a checkpoint. */
export type SavedLocks = readonly (readonly [key: string, memberId: string, number: number])[]

/** The limits of the locks of a room. */
export interface LockLimits {
  /** How many released locks are remembered, so that a patch can name them. */
  readonly maxLeavers: number
  /** What the number of a lock is above its version; for rooms whose versions begin again with the process. */
  readonly locksFrom?: number
}

interface Entry extends Change {
  readonly key: string
  /** `null` once it is released. */
  lock: Lock | null
}

const MOST_OF_A_MEMBER = 64
const MOST_OF_A_ROOM = 1_024

/**
 * The locks of a room, and which of them were released lately. A lock's number comes from the version of the
 * commit that granted it, so that no two have the same.
 *
 * @see PROTOCOL.md LK3, LK4, LK22
 */
export class Locks {
  readonly #held = new Map<string, Entry>()
  /** By key, the longest released first. */
  readonly #released = new Map<string, Entry>()
  /** The keys of each member that holds some. */
  readonly #keys = new Map<string, Set<string>>()
  readonly #timeline = new Timeline<Entry>()
  /** The version of the last release that is forgotten. */
  horizon = 0

  constructor(private readonly limits: LockLimits) {}

  /** @param version the version of the room, which knows nothing of earlier changes */
  static load(saved: SavedLocks, limits: LockLimits, version: number): Locks {
    const locks = new Locks(limits)
    for (const [key, memberId, number] of saved) locks.#put(key, { memberId, number }, version)
    return locks
  }

  /** @see {@link Locks.load} */
  save(): SavedLocks {
    return Array.from(this.#held.values(), ({ key, lock }) => [key, lock!.memberId, lock!.number])
  }

  /** How many more the room may have. */
  get left(): number {
    return MOST_OF_A_ROOM - this.#held.size
  }

  get(key: string): Lock | undefined {
    return this.#held.get(key)?.lock ?? undefined
  }

  /** Returns whether a member holds any. */
  areOf(memberId: string): boolean {
    return this.#keys.has(memberId)
  }

  /** @throws {Problem} too-many-locks. @see PROTOCOL.md LK17 */
  assertRoomFor(memberId: string): void {
    const own = this.#keys.get(memberId)?.size ?? 0
    if (own >= MOST_OF_A_MEMBER) throw tooManyLocks('You hold', MOST_OF_A_MEMBER)
    if (this.#held.size >= MOST_OF_A_ROOM) throw tooManyLocks('This room has', MOST_OF_A_ROOM)
  }

  grant(key: string, memberId: string, version: number): void {
    const { locksFrom = 0 } = this.limits
    this.#put(key, { memberId, number: locksFrom + version }, version)
  }

  release(key: string, version: number): void {
    const entry = this.#held.get(key)
    if (entry === undefined) return
    const { memberId } = entry.lock!
    const keys = this.#keys.get(memberId)!
    keys.delete(key)
    if (keys.size === 0) this.#keys.delete(memberId)
    this.#held.delete(key)
    entry.lock = null
    entry.version = version
    this.#timeline.touch(entry)
    this.#released.set(key, entry)
    if (this.#released.size > this.limits.maxLeavers) this.#forgetOldest()
  }

  /** Releases all locks of a member. */
  releaseOf(memberId: string, version: number): void {
    for (const key of this.#keys.get(memberId) ?? []) this.release(key, version)
  }

  /** Releases all locks. Returns whether there were any. */
  releaseAll(version: number): boolean {
    const keys = [...this.#held.keys()]
    for (const key of keys) this.release(key, version)
    return keys.length > 0
  }

  /** Returns all locks, or `undefined` if there are none. */
  all(): { readonly [key: string]: Lock } | undefined {
    if (this.#held.size === 0) return undefined
    return Object.fromEntries(Array.from(this.#held.values(), ({ key, lock }) => [key, lock!]))
  }

  /** Returns what changed after a version, or `undefined` if nothing did. */
  since(version: number): LockChanges | undefined {
    const changed = this.#timeline.since(version)
    if (changed.length === 0) return undefined
    return Object.fromEntries(changed.map(({ key, lock }) => [key, lock]))
  }

  #put(key: string, lock: Lock, version: number): void {
    const before = this.#released.get(key)
    if (before !== undefined) this.#timeline.remove(before)
    this.#released.delete(key)
    const entry: Entry = { key, lock, version, older: undefined, newer: undefined }
    this.#held.set(key, entry)
    this.#timeline.touch(entry)
    const keys = this.#keys.get(lock.memberId) ?? new Set<string>()
    this.#keys.set(lock.memberId, keys.add(key))
  }

  #forgetOldest(): void {
    const [key, entry] = this.#released.entries().next().value!
    this.#released.delete(key)
    this.#timeline.remove(entry)
    this.horizon = entry.version
  }
}
