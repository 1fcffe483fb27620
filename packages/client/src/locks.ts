import { type Locked, parsePosition, Problem } from '@whereabouts/protocol'
import { readAnswer } from './answer.js'
import { Backoff } from './backoff.js'
import { channelOf, type DocumentChannel } from './document-channel.js'
import type { AnyRoom } from './room.js'
import type { RoomSnapshot } from './store.js'

const ANSWER_WITHIN_MS = 10_000
/** How long the room may be behind an answer that names a holder. */
const BEHIND_MS = 500

/** How long to wait for a lock. */
export interface LockOptions {
  /** How long to wait for somebody else to release it, in ms; 0 by default. */
  readonly waitMs?: number
  /** Ends the wait. */
  readonly signal?: AbortSignal
}

/** A lock that this client was granted. */
export interface Lock {
  readonly key: string
  /** Higher than that of every lock that was granted in the room before. @see PROTOCOL.md LK4 */
  readonly number: number
  /** What a call names the lock by, in the header `Whereabouts-Lock` or in the parameter `lock`: `key;number`. */
  readonly token: string
  /** Whether this client holds it, as far as that is known now: `false` while the room isn't live. */
  readonly isHeld: boolean
  /** Aborts when the lock is released, lost, or given to somebody else. @see PROTOCOL.md LK20 */
  readonly lost: AbortSignal
  /** Releases it. Resolves when the server knows; if it can't be told now, it is when the room is live again. */
  release(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Somebody else holds the lock. */
export class LockedError extends Error {
  override readonly name = 'LockedError'
  /** Who holds it; `null` if it was released or lost meanwhile. */
  readonly holder: { readonly memberId: string; readonly name: string } | null

  constructor(
    readonly key: string,
    readonly problem: Problem,
  ) {
    super(problem.detail)
    this.holder = (problem.extensions['holder'] ?? null) as LockedError['holder']
  }
}

/**
 * Locks a key of a room, such as the id of a cell or an image. Others see it in `locks` of their snapshots and can't
 * lock it. This client holds it for as long as it is a member of the room, or until it is released. Locking a key
 * that this client holds already returns the same lock.
 *
 * @param key 1 to 128 characters of `A-Z a-z 0-9 . _ : ~ -`
 * @throws {LockedError} if somebody else holds it, after `waitMs`
 * @throws {Problem} such as `forbidden`, `too-many-locks` or `exchange-busy`
 * @throws what the signal aborts with
 * @example
 * const cell = await lock(room, 's1:C6', { waitMs: 5_000 })
 * cell.lost.addEventListener('abort', () => stopEditing())
 * await cell.release()
 * @see PROTOCOL.md LK1, LK3
 */
export async function lock(
  room: AnyRoom,
  key: string,
  { waitMs = 0, signal }: LockOptions = {},
): Promise<Lock> {
  const patience = AbortSignal.timeout(waitMs)
  const waits = AbortSignal.any(signal === undefined ? [patience] : [patience, signal])
  const backoff = new Backoff()
  for (;;) {
    await until(room, ({ status }) => status === 'online' || status === 'closed', signal)
    signal?.throwIfAborted()
    try {
      return await take(room, key, signal)
    } catch (error) {
      signal?.throwIfAborted()
      if (error instanceof LockedError) await released(room, key, waits)
      else if (mayPass(error)) await pause(backoff.next(), waits)
      else throw error
      signal?.throwIfAborted()
      if (waits.aborted) throw error
    }
  }
}

/** Takes a lock, or gives it back at once if nobody waits for it any more. @see PROTOCOL.md LK21 */
async function take(room: AnyRoom, key: string, signal: AbortSignal | undefined): Promise<Lock> {
  const channel = channelOf(room)
  const held = hold(room, channel, await ask(channel, key))
  if (signal?.aborted) await held.release()
  signal?.throwIfAborted()
  return held
}

/** @throws {LockedError} if somebody else holds it */
async function ask(channel: DocumentChannel, key: string): Promise<Locked> {
  try {
    return await post<Locked>(channel, 'lock', { key })
  } catch (error) {
    const isLocked = error instanceof Problem && error.problem === 'locked'
    throw isLocked ? new LockedError(key, error) : error
  }
}

/** Returns whether a call that failed may succeed later. @see PROTOCOL.md LK21 */
function mayPass(error: unknown): boolean {
  return !(error instanceof Problem) || error.problem === 'exchange-busy'
}

/** Waits until a room shows that a key was released. @see PROTOCOL.md LK21 */
async function released(room: AnyRoom, key: string, signal: AbortSignal): Promise<void> {
  const isFree = ({ status, locks }: RoomSnapshot) =>
    status === 'closed' || (status === 'online' && !Object.hasOwn(locks, key))
  // The answer may be ahead of what the room shows.
  if (isFree(room.getSnapshot())) await pause(BEHIND_MS, signal)
  await until(room, isFree, signal)
}

/** The last lock of each key. A room has one member, so it has one lock for a key. */
const lastLocks = new WeakMap<AnyRoom, Map<string, HeldLock>>()

function hold(room: AnyRoom, channel: DocumentChannel, locked: Locked): Lock {
  const ofRoom = lastLocks.get(room) ?? new Map<string, HeldLock>()
  lastLocks.set(room, ofRoom)
  const { key } = locked
  const last = ofRoom.get(key)
  if (last?.number === locked.number && !last.lost.aborted) return last
  last?.forget()
  const held = new HeldLock(room, channel, locked)
  ofRoom.set(key, held)
  return held
}

/**
 * A lock, until the room shows that it is lost. From then on, the application doesn't have it: should the room show
 * it again, such as a server that was cut off from the others and is back, it is released.
 */
class HeldLock implements Lock {
  readonly key: string
  readonly number: number
  readonly lost: AbortSignal
  readonly #lost = new AbortController()
  readonly #room: AnyRoom
  readonly #channel: DocumentChannel
  /** The position at which it was granted. */
  readonly #grantedAt: string
  readonly #unsubscribe: () => void
  #releasing: Promise<void> | undefined

  constructor(room: AnyRoom, channel: DocumentChannel, { key, number, id }: Locked) {
    this.key = key
    this.number = number
    this.lost = this.#lost.signal
    this.#room = room
    this.#channel = channel
    this.#grantedAt = id
    this.#unsubscribe = room.subscribe(() => this.#look())
    channel.posted(id)
    this.#look()
  }

  get token(): string {
    return `${this.key};${this.number}`
  }

  get isHeld(): boolean {
    return !this.lost.aborted && this.#room.status === 'online' && !this.#isGone
  }

  readonly release = (): Promise<void> => {
    this.#lost.abort()
    return this.#release()
  }

  readonly [Symbol.asyncDispose] = this.release

  /** Follows the room no longer. */
  forget(): void {
    this.#lost.abort()
    this.#unsubscribe()
  }

  get #isShown(): boolean {
    return this.#room.getSnapshot().locks[this.key]?.number === this.number
  }

  /** Whether the room has got as far as the grant, and doesn't show it. */
  get #isGone(): boolean {
    return !this.#isShown && hasReached(this.#channel.position(), this.#grantedAt)
  }

  #look(): void {
    const { status } = this.#room
    if (status === 'closed') this.forget()
    else if (status !== 'online') return
    else if (!this.lost.aborted && this.#isGone) this.#lost.abort()
    else if (this.lost.aborted && this.#isShown) void this.#release()
  }

  #release(): Promise<void> {
    this.#releasing ??= this.#tell().finally(() => {
      this.#releasing = undefined
    })
    return this.#releasing
  }

  async #tell(): Promise<void> {
    const { key, number } = this
    try {
      const { id } = await post<Pick<Locked, 'id'>>(this.#channel, 'unlock', { key, number })
      this.#channel.posted(id)
      this.#unsubscribe()
    } catch {
      // What the room still shows when it changes again is released then.
    }
  }
}

/** Returns whether a room at one position has got as far as another, or has begun again since. */
function hasReached(position: string | null, other: string): boolean {
  const here = parsePosition(position ?? '')
  const there = parsePosition(other)
  if (here === undefined || there === undefined) return false
  return here.epoch !== there.epoch || here.version >= there.version
}

async function post<T>(channel: DocumentChannel, call: string, body: object): Promise<T> {
  const { member } = channel
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  }
  return readAnswer<T>(await channel.request(call, { member }, init))
}

/** Waits until a room is as it should be, or the signal aborts. */
async function until(
  room: AnyRoom,
  isSo: (snapshot: RoomSnapshot) => boolean,
  signal?: AbortSignal,
): Promise<void> {
  const isNow = () => isSo(room.getSnapshot())
  if (!isNow()) await wait(signal, (done) => room.subscribe(() => isNow() && done()))
}

/** Waits for a time, or until the signal aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(signal, (done) => {
    const timer = setTimeout(done, ms)
    return () => clearTimeout(timer)
  })
}

/** @param begin starts what calls back when the wait is over, and returns how to end it */
function wait(
  signal: AbortSignal | undefined,
  begin: (done: () => void) => () => void,
): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      end()
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const end = begin(done)
    if (signal?.aborted) done()
    else signal?.addEventListener('abort', done)
  })
}
