import { documentOfComments, type Json, type Member, type User } from '@whereabouts/protocol'
import type { Change, Observer } from './room/observed.js'
import type { Clock } from './stream/clock.js'
import { Waiting } from './waiting-happenings.js'

/** What a member did, or what happened to it. */
interface OfMember {
  readonly room: string
  readonly memberId: string
  readonly user: User
}

/** Something that happened in a room. */
export type Happening =
  | (OfMember & { readonly type: 'join' | 'leave' })
  | (OfMember & { readonly type: 'status'; readonly status: Member['status'] })
  /** The last location of at most a second. */
  | (OfMember & { readonly type: 'move'; readonly location: Json })
  /** The room's document changed within the last second; the room has its first member; it lost its last. */
  | { readonly type: 'document' | 'created' | 'emptied'; readonly room: string }
  /** So many happenings were dropped, because they weren't taken in time. */
  | { readonly type: 'missed'; readonly count: number }

/** What happened in a room. */
export type Occurrence = Exclude<Happening, { readonly type: 'missed' }>

/** A move, or a change of a document, is told at most once in this time. */
const SAMPLE_MS = 1_000
/** How many happenings wait for a consumer. */
const MOST_WAITING = 10_000

/**
 * Tells consumers what happens in the rooms, as far as it comes from this node: all nodes together tell
 * everything once.
 *
 * @see PROTOCOL.md EV16 to EV18
 */
export class Happenings implements Observer {
  readonly #consumers = new Set<Consumer>()
  /** What waits for the end of the present sample, by what it replaces. */
  readonly #sampled = new Map<string, Occurrence>()
  #cancel: (() => void) | undefined
  #isClosed = false

  constructor(private readonly clock: Pick<Clock, 'after'>) {}

  /** Returns what is told to, or `undefined` while nobody listens. */
  get observer(): Observer | undefined {
    return this.#consumers.size === 0 ? undefined : this
  }

  /** Begins to tell another consumer. */
  listen(): AsyncIterableIterator<Happening> {
    const consumer = new Consumer(() => void this.#consumers.delete(consumer))
    if (this.#isClosed) consumer.end()
    else this.#consumers.add(consumer)
    return consumer
  }

  /** Ends all consumers, after what is left for them. */
  close(): void {
    this.#isClosed = true
    this.#flush()
    for (const consumer of this.#consumers) consumer.end()
  }

  /** Comments are part of their document's room to an application. @see PROTOCOL.md CM7 */
  changed(room: string, change: Change): void {
    if (documentOfComments(room) === undefined) this.#changed(room, change)
  }

  documentChanged(room: string): void {
    if (documentOfComments(room) === undefined) this.#sample(room, { type: 'document', room })
  }

  #changed(room: string, { before, after, sizeBefore, sizeAfter }: Change): void {
    if (sizeBefore === 0 && sizeAfter > 0) this.#tell({ type: 'created', room })
    for (const [memberId, { user }] of before) {
      if (after.has(memberId)) continue
      this.#tellSampled(nameOf(room, memberId))
      this.#tell({ type: 'leave', room, memberId, user })
    }
    for (const member of after.values()) this.#compare(room, before.get(member.id), member)
    if (sizeBefore > 0 && sizeAfter === 0) this.#tell({ type: 'emptied', room })
  }

  #compare(room: string, before: Member | undefined, member: Member): void {
    const { id: memberId, user, status, location } = member
    const of = { room, memberId, user }
    if (before === undefined) this.#tell({ type: 'join', ...of })
    else if (before.status !== status) this.#tell({ type: 'status', ...of, status })
    if ((before?.location ?? null) === location) return
    this.#sample(nameOf(room, memberId), { type: 'move', ...of, location })
  }

  #sample(name: string, happening: Occurrence): void {
    this.#sampled.delete(name)
    this.#sampled.set(name, happening)
    this.#cancel ??= this.clock.after(SAMPLE_MS, () => this.#flush())
  }

  #flush(): void {
    this.#cancel?.()
    this.#cancel = undefined
    for (const name of this.#sampled.keys()) this.#tellSampled(name)
  }

  #tellSampled(name: string): void {
    const happening = this.#sampled.get(name)
    this.#sampled.delete(name)
    if (happening !== undefined) this.#tell(happening)
  }

  #tell(happening: Occurrence): void {
    for (const consumer of this.#consumers) consumer.take(happening)
  }
}

/** Neither a room's name nor a member's id has a space in it. */
function nameOf(room: string, memberId: string): string {
  return `${room} ${memberId}`
}

/** One who iterates. Rooms take turns. Of what it doesn't take in time, the oldest of the rooms with most is dropped. */
class Consumer implements AsyncIterableIterator<Happening> {
  readonly #waiting = new Waiting()
  #missed = 0
  #isOver = false
  /** Called when there is something to take, or nothing more will come. */
  readonly #wake: (() => void)[] = []

  constructor(private readonly left: () => void) {}

  take(happening: Occurrence): void {
    this.#waiting.add(happening)
    // Half at once, because dropping one of many costs as much.
    if (this.#waiting.size > MOST_WAITING) this.#missed += this.#waiting.drop(MOST_WAITING / 2)
    this.#wake.shift()?.()
  }

  end(): void {
    this.#isOver = true
    for (const wake of this.#wake.splice(0)) wake()
  }

  async next(): Promise<IteratorResult<Happening, undefined>> {
    while (this.#waiting.size === 0 && this.#missed === 0 && !this.#isOver)
      await new Promise<void>((resolve) => void this.#wake.push(resolve))
    const count = this.#missed
    this.#missed = 0
    if (count > 0) return { done: false, value: { type: 'missed', count } }
    const value = this.#waiting.next()
    return value === undefined ? { done: true, value } : { done: false, value }
  }

  async return(): Promise<IteratorResult<Happening, undefined>> {
    this.#waiting.drop(0)
    this.#missed = 0
    this.left()
    this.end()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
