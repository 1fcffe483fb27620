/// <reference lib="esnext.disposable" preserve="true" />
import { type Locked, parsePosition, Problem } from '@whereabouts/protocol'
import { readAnswer } from './answer.js'
import { Backoff } from './backoff.js'
import { channelOf, type DocumentChannel } from './document-channel.js'
import type { AnyRoom } from './room.js'
import type { RoomSnapshot, RoomStatus } from './store.js'

const ANSWER_WITHIN_MS = 10_000
/** How long the room may be behind an answer that names a holder. */
const BEHIND_MS = 500

/** How long to wait for a lock. */
export interface LockOptions {
  /** How long to wait for somebody else to release it, in ms; 0 by default. Before that, it waits until the room is live. */
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
 * @throws {Problem} such as `forbidden`, `too-many-locks` or `exchange-busy`; why the room is closed, or `forbidden` if it was left
 * @throws what the signal aborts with
 * @example
 * const cell = await lock(room, 's1:C6', { waitMs: 5_000 })
 * cell.lost.addEventListener('abort', () => stopEditing())
 * await cell.release()
 * @see PROTOCOL.md LK1, LK3
 */
export async function lock(room: AnyRoom, key: string, options: LockOptions = {}): Promise<Lock> {
  const ofRoom = claims.get(room) ?? new Map<string, Claim>()
  claims.set(room, ofRoom)
  const claim = ofRoom.get(key) ?? new Claim(room, key)
  ofRoom.set(key, claim)
  return claim.lock(options)
}

/** Returns whether a call that failed may succeed later. @see PROTOCOL.md LK21 */
function mayPass(error: unknown): boolean {
  return !(error instanceof Problem) || error.problem === 'exchange-busy'
}

function isLiveOrClosed({ status }: RoomSnapshot): boolean {
  return status === 'online' || status === 'closed'
}

/** Returns whether a room was left: one that components hold on to is then as before it was joined. */
function isLeft(status: RoomStatus): boolean {
  return status === 'closed' || status === 'connecting'
}

/** Waits until a room shows that a key was released. @see PROTOCOL.md LK21 */
async function released(room: AnyRoom, key: string, signal: AbortSignal): Promise<void> {
  const isFree = ({ status, locks }: RoomSnapshot) =>
    status === 'closed' || (status === 'online' && !Object.hasOwn(locks, key))
  // The answer may be ahead of what the room shows.
  if (isFree(room.getSnapshot())) await pause(BEHIND_MS, signal)
  await until(room, isFree, signal)
}

const claims = new WeakMap<AnyRoom, Map<string, Claim>>()

/** What this client has of one key. A room has one member, so it has one lock for a key. */
class Claim {
  readonly #room: AnyRoom
  readonly #key: string
  #last: HeldLock | undefined
  /** How many calls of `lock` aren't over. */
  #locking = 0
  /** Ends when the last call to the server is over. */
  #turn: Promise<unknown> = Promise.resolve()
  /** Follows the room while the server may have granted the lock without this client's knowing. */
  #unfollow: (() => void) | undefined

  constructor(room: AnyRoom, key: string) {
    this.#room = room
    this.#key = key
  }

  async lock(options: LockOptions): Promise<Lock> {
    this.#locking += 1
    try {
      return await this.#untilHeld(options)
    } finally {
      this.#locking -= 1
      if (this.#unfollow !== undefined) this.#disown()
    }
  }

  async #untilHeld({ waitMs = 0, signal }: LockOptions): Promise<Lock> {
    const patience = AbortSignal.timeout(waitMs)
    const waits = AbortSignal.any(signal === undefined ? [patience] : [patience, signal])
    const backoff = new Backoff()
    for (;;) {
      const channel = await this.#channelOnceLive(signal)
      try {
        const held = await this.#take(channel, signal)
        if (!held.lost.aborted) return held
      } catch (error) {
        signal?.throwIfAborted()
        if (error instanceof LockedError) await released(this.#room, this.#key, waits)
        else if (mayPass(error)) await this.#pause(backoff, waits)
        else throw error
        signal?.throwIfAborted()
        if (waits.aborted) throw error
      }
    }
  }

  /** @throws {Problem} if the room is closed */
  async #channelOnceLive(signal: AbortSignal | undefined): Promise<DocumentChannel> {
    await until(this.#room, isLiveOrClosed, signal)
    signal?.throwIfAborted()
    const { status, problem } = this.#room.getSnapshot()
    if (status === 'closed') throw problem ?? new Problem('forbidden', 'The room was left.')
    return channelOf(this.#room)
  }

  async #pause(backoff: Backoff, signal: AbortSignal): Promise<void> {
    await pause(backoff.next(), signal)
    await until(this.#room, isLiveOrClosed, signal)
  }

  /** Takes the lock, or gives it back at once if nobody waits for it any more. @see PROTOCOL.md LK21 */
  #take(channel: DocumentChannel, signal: AbortSignal | undefined): Promise<HeldLock> {
    return this.#inTurn(async () => {
      signal?.throwIfAborted()
      const begunAt = channel.position()
      const locked = await this.#ask(channel)
      const before = this.#last
      const held = this.#hold(channel, locked, begunAt)
      if (signal?.aborted && held !== before) void held.release()
      signal?.throwIfAborted()
      return held
    })
  }

  /**
   * Makes a call after the ones before it. Otherwise the release of an earlier grant could end a later one, which has
   * the same number.
   *
   * @see PROTOCOL.md LK3, LK25
   */
  readonly #inTurn = <T>(call: () => Promise<T>): Promise<T> => {
    const made = this.#turn.then(call)
    this.#turn = made.catch(() => undefined)
    return made
  }

  /** @throws {LockedError} if somebody else holds it */
  async #ask(channel: DocumentChannel): Promise<Locked> {
    try {
      const locked = await post<Locked>(channel, 'lock', { key: this.#key })
      this.#settled()
      return locked
    } catch (error) {
      if (!(error instanceof Problem)) this.#follow()
      if (!(error instanceof Problem) || error.problem !== 'locked') throw error
      this.#settled()
      throw new LockedError(this.#key, error)
    }
  }

  #hold(channel: DocumentChannel, locked: Locked, begunAt: string | null): HeldLock {
    const last = this.#last
    if (last?.number === locked.number && !last.lost.aborted) return last
    last?.forget()
    this.#last = new HeldLock(this.#room, channel, this.#inTurn, { ...locked, begunAt })
    return this.#last
  }

  #follow(): void {
    this.#unfollow ??= this.#room.subscribe(() => this.#disown())
  }

  /** The server has said who holds it. */
  #settled(): void {
    this.#unfollow?.()
    this.#unfollow = undefined
  }

  /** Releases what the server granted without an answer, once nobody waits for it. @see PROTOCOL.md LK24 */
  #disown(): void {
    const { status, locks, self } = this.#room.getSnapshot()
    if (isLeft(status)) return this.#settled()
    const shown = Object.hasOwn(locks, this.#key) ? locks[this.#key] : undefined
    const isOwn = shown !== undefined && shown.memberId === self
    if (!isOwn || this.#locking > 0 || shown.number === this.#last?.number) return
    this.#settled()
    const channel = channelOf(this.#room)
    const id = channel.position() ?? ''
    void this.#hold(channel, { key: this.#key, number: shown.number, id }, id).release()
  }
}

/** A grant, and the room's position when it was asked for. */
interface Granted extends Locked {
  readonly begunAt: string | null
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
  readonly #inTurn: (call: () => Promise<void>) => Promise<void>
  readonly #granted: Granted
  readonly #unsubscribe: () => void
  readonly #backoff = new Backoff()
  #releasing: Promise<void> | undefined
  /** The wait after a release that failed. */
  #retry: ReturnType<typeof setTimeout> | undefined
  /** Whether there is nothing to release: the server knows, or another lock has taken its place. */
  #isOver = false

  /** @param inTurn makes a call of this key after the ones before it */
  constructor(
    room: AnyRoom,
    channel: DocumentChannel,
    inTurn: (call: () => Promise<void>) => Promise<void>,
    granted: Granted,
  ) {
    this.key = granted.key
    this.number = granted.number
    this.lost = this.#lost.signal
    this.#room = room
    this.#channel = channel
    this.#inTurn = inTurn
    this.#granted = granted
    this.#unsubscribe = room.subscribe(() => this.#look())
    channel.posted(granted.id)
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

  /** Follows the room no longer, and releases nothing. */
  forget(): void {
    this.#isOver = true
    clearTimeout(this.#retry)
    this.#unsubscribe()
    this.#lost.abort()
  }

  get #isShown(): boolean {
    return this.#room.getSnapshot().locks[this.key]?.number === this.number
  }

  /** Whether the room has got as far as the grant, and doesn't show it. */
  get #isGone(): boolean {
    return !this.#isShown && hasReached(this.#channel.position(), this.#granted)
  }

  #look(): void {
    const { status } = this.#room
    if (isLeft(status)) this.forget()
    else if (status !== 'online') return
    else if (!this.lost.aborted && this.#isGone) this.#lost.abort()
    else if (this.lost.aborted && this.#isShown && this.#retry === undefined) void this.#release()
  }

  #release(): Promise<void> {
    this.#releasing ??= this.#inTurn(() => this.#tell()).finally(() => {
      this.#releasing = undefined
    })
    return this.#releasing
  }

  async #tell(): Promise<void> {
    if (this.#isOver) return
    const { key, number } = this
    try {
      const { id } = await post<Pick<Locked, 'id'>>(this.#channel, 'unlock', { key, number })
      this.#channel.posted(id)
      this.forget()
    } catch {
      if (!this.#isOver) this.#tellLater()
    }
  }

  /** The room may not change again by itself. @see PROTOCOL.md LK24 */
  #tellLater(): void {
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => {
      this.#retry = undefined
      this.#look()
    }, this.#backoff.next())
  }
}

/** Returns whether a room has got as far as a grant: in its epoch, or in one that is later than that of the call. */
function hasReached(position: string | null, { id, begunAt }: Granted): boolean {
  const here = parsePosition(position ?? '')
  const there = parsePosition(id)
  if (here === undefined || there === undefined) return false
  if (here.epoch === there.epoch) return here.version >= there.version
  return here.epoch !== parsePosition(begunAt ?? '')?.epoch
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
