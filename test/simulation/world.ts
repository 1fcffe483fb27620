import { type Json, parsePosition, Problem, type View } from '@whereabouts/protocol'
import { type Frames, UNKNOWN_VERSION } from '../../packages/server/src/stream/frames.js'
import type { NamedLock } from '../../packages/server/src/room/locks.js'
import type { Operation } from '../../packages/server/src/room/operation.js'
import { Faults } from '../../packages/server/src/stream/faults.js'
import { LocalRooms } from '../../packages/server/src/rooms/local-rooms.js'
import { nodeId } from '../exchange/node-id.js'
import { merge } from './document.js'
import { Model, type Presence } from './model.js'
import type { Random } from './random.js'
import { SimulatedReader } from './reader.js'
import { VirtualClock } from './virtual-clock.js'

interface Stream {
  /** The member of the stream; `undefined` for a viewer. */
  readonly member: string | undefined
  readonly reader: SimulatedReader
}

export const LEASE_MS = 15_000
const SOON_MS = 2_000
const ROOM = 'budget'
const MEMBERS = ['ann', 'bob', 'cem', 'dan', 'eve']
const PARTS = ['s1', 's2', undefined]
export const LONGEST_PROMISE_MS = 20_000
const PROMISES_MS = [undefined, undefined, 300, 5_000, LONGEST_PROMISE_MS]
const VIEWS: readonly View[] = ['patch', 'patch', 'list']
const FRAME_INTERVAL_MS = 33
/** What a write may cost, so that frames go out at once, now and then, or as rarely as they may. */
const WRITE_COSTS_MS = [0.01, 0.1, 1]
const PLANTED = 'planted'
const LOCK_KEYS = ['a', 'b', '__proto__']
const newModel = () => new Model(LEASE_MS, SOON_MS)

/** One room with members that come and go, and a model of its expected state. */
export class World {
  readonly clock = new VirtualClock(() => this.#expire())
  readonly rooms: LocalRooms
  model = newModel()
  /** How many times the room failed because of a planted fault. */
  failures = 0
  #isPlanted = false
  readonly #writeMs: number
  readonly #streams: Stream[] = []
  /** The readers of closed streams, to be resumed. */
  readonly #closed: SimulatedReader[] = []
  /** Every accepted document update; each is a different byte. */
  readonly stored = new Set<number>()
  /** Stored updates that the room hasn't been told about yet. */
  readonly #untold: number[] = []
  #moves = 0
  /** How many events were broadcast; each is its number. */
  #broadcasts = 0
  /** The number of the last lock that was granted. */
  #lastLock = 0

  constructor(
    private readonly random: Random,
    maxLeavers: number,
    maxRecentDocumentBytes: number,
    maxRecentBroadcastBytes: number,
  ) {
    const limits = {
      leaseMs: LEASE_MS,
      soonMs: SOON_MS,
      maxMembers: 100,
      maxLeavers,
      maxRecentDocumentBytes,
      maxRecentBroadcastBytes,
      maxRooms: 4,
      frameIntervalMs: FRAME_INTERVAL_MS,
      frameCostMs: 1,
    }
    this.#writeMs = random.pick(WRITE_COSTS_MS)
    const faults = new Faults((message, cause) => this.#failed(message, cause))
    const spoiltMerge = (updates: readonly Uint8Array[]) => {
      this.#setOff()
      return merge(updates)
    }
    const hooks = {
      faults,
      merge: spoiltMerge,
      emptied: () => {},
    }
    this.rooms = new LocalRooms(limits, this.clock, hooks, () => 0)
  }

  /** Runs one random event and then advances the clock. */
  step(): void {
    const { random } = this
    const happen = random.pick([
      () => this.#move(),
      () => this.#move(),
      () => this.#move(),
      () => this.#open(),
      () => this.#open(),
      () => this.#confirm(),
      () => this.#confirm(),
      () => this.#drop(),
      () => this.#reload(),
      () => this.#leave(),
      () => this.#stall(),
      () => this.#recover(),
      () => this.#otherRoom(),
      () => this.#update(),
      () => this.#update(),
      () => this.#tell(),
      () => this.#fetch(),
      () => this.#broadcast(),
      () => this.#broadcast(),
      () => this.#lock(),
      () => this.#lock(),
      () => this.#unlock(),
      () => this.#nameLock(),
      () => this.#forgetLocks(),
    ])
    happen()
    if (random.chance(0.02)) this.#isPlanted = true
    if (random.chance(0.7)) this.pass(random.below(60))
    if (random.chance(0.02)) this.pass(random.below(20_000))
    if (random.chance(0.003)) this.pass(100_000)
  }

  /** Advances the clock, and ends promises and leases of room and model without waiting for the next sweep. */
  pass(ms: number): void {
    const endMs = this.clock.now() + ms
    do {
      const nowMs = this.clock.now()
      this.clock.advance(Math.max(0, Math.min(endMs, this.model.nextMs) - nowMs))
      this.#expire()
    } while (this.clock.now() < endMs)
  }

  /** Ends promises and leases at one time in the model and in the room, which writes, and so takes time. */
  #expire(): void {
    this.model.expire(this.clock.now())
    this.rooms.find(ROOM)?.tick()
  }

  /** Delivers everything that is pending, including due frames and leases. */
  rest(): void {
    while (this.#untold.length > 0) this.#tell()
    for (const { reader } of this.#streams) this.#makeReady(reader)
    let version: number | undefined
    do {
      version = this.frames?.room.version
      this.pass(FRAME_INTERVAL_MS)
    } while (this.frames?.room.version !== version)
    for (const { reader } of this.#streams) this.#fetchFor(reader)
  }

  dropAll(): void {
    while (this.#streams.length > 0) this.#drop()
  }

  get broadcasts(): number {
    return this.#broadcasts
  }

  get streams(): readonly Stream[] {
    return this.#streams
  }

  get frames(): Frames | undefined {
    return this.rooms.find(ROOM)?.frames
  }

  #move(): void {
    const member = this.random.pick(MEMBERS)
    const at = this.random.pick(PARTS)
    const cell = `C${++this.#moves}`
    const location: Json = this.random.chance(0.1) ? null : { cell, ...(at && { at }) }
    const presence = this.#presence()
    const nowMs = this.clock.now()
    this.#do({ do: 'move', id: member, user: {}, location, ...presence })
    this.model.move(member, location, nowMs, presence)
  }

  #confirm(): void {
    const member = this.random.pick(MEMBERS)
    const { nextWithinMs = 1, polls } = this.#presence()
    const presence = { nextWithinMs, polls }
    const nowMs = this.clock.now()
    void this.rooms.confirm(ROOM, member, presence)
    this.model.confirm(member, nowMs, presence)
  }

  #presence(): Presence {
    return { nextWithinMs: this.random.pick(PROMISES_MS), polls: this.random.chance(0.3) }
  }

  /** Broadcasts an event: of a member, who may not be there, or of the application. */
  #broadcast(): void {
    const from = this.random.chance(0.7) ? this.random.pick(MEMBERS) : undefined
    const isSent = from === undefined || this.model.members().has(from)
    const event = this.#broadcasts + 1
    if (isSent) this.#broadcasts = event
    const before = this.frames?.room.broadcasts
    this.rooms.broadcast(ROOM, { do: 'broadcast', event, from }).catch(() => {})
    const after = this.frames?.room.broadcasts
    // PROTOCOL.md EV3, EV4
    if (before !== undefined && after !== before + Number(isSent))
      throw new Error(`event ${event} of ${from} made ${before} broadcasts ${after}`)
  }

  /** Locks a key for a member, who may not be there. */
  #lock(): void {
    const { random, frames } = this
    const id = random.pick(MEMBERS)
    const key = random.pick(LOCK_KEYS)
    const before = frames?.room.lockOn(key)
    const isHeld = this.model.lock(id, key)
    this.rooms.lock(ROOM, { do: 'lock', id, key }).catch(() => {})
    const after = frames?.room.lockOn(key)
    // PROTOCOL.md LK3, LK4, LK5
    if ((after?.memberId === id) !== isHeld) throw new Error(`${id} got ${key}, or should have`)
    if (after === before || after === undefined) return
    if (before !== undefined || after.number <= this.#lastLock)
      throw new Error(`${key} of ${before?.memberId} was given to ${id} as ${after.number}`)
    this.#lastLock = after.number
  }

  /** Releases a lock, by its number or an old one, of its holder or of somebody else. */
  #unlock(): void {
    const key = this.random.pick(LOCK_KEYS)
    const lock = this.frames?.room.lockOn(key)
    if (lock === undefined) return
    const id = this.random.chance(0.7) ? lock.memberId : this.random.pick(MEMBERS)
    const number = this.random.chance(0.8) ? lock.number : lock.number - 1
    if (number === lock.number) this.model.unlock(id, key)
    this.#do({ do: 'unlock', id, lock: { key, number } })
  }

  /** Forgets the locks now and then, as a node does that is alone. PROTOCOL.md LK15 */
  #forgetLocks(): void {
    if (this.random.chance(0.8)) return
    this.model.forgetLocks()
    this.#do({ do: 'forgetLocks' })
  }

  /** Names a lock, of its holder or of somebody else, by its number or an old one. PROTOCOL.md LK12 */
  #nameLock(): void {
    const { random, frames } = this
    if (frames === undefined) return
    const id = random.pick(MEMBERS)
    const key = random.pick(LOCK_KEYS)
    const held = frames.room.lockOn(key)
    const number = (held?.number ?? 1) - Number(random.chance(0.3))
    const isHeld = held?.number === number && this.model.locks().get(key) === id
    const lock = { key, number }
    if (this.#isRefused({ do: 'rely', memberId: id, lock }) === isHeld)
      throw new Error(`${id} named ${key} of ${held?.memberId}, and was answered wrongly`)
    if (isHeld) return this.#moveLocked(id, lock)
    const move = { do: 'move', id, user: {}, location: 'refused', lock } as const
    const broadcast = { do: 'broadcast', event: 'refused', from: id, lock } as const
    if (!this.#isRefused(move) || !this.#isRefused(broadcast))
      throw new Error(`${id} named ${key} of ${held?.memberId}, and was served`)
  }

  #moveLocked(id: string, lock: NamedLock): void {
    const location = { cell: `C${++this.#moves}` }
    const presence = this.#presence()
    const nowMs = this.clock.now()
    this.#do({ do: 'move', id, user: {}, location, ...presence, lock })
    this.model.move(id, location, nowMs, presence)
  }

  /** Returns whether the room refuses an operation, which then changes nothing. */
  #isRefused(operation: Operation): boolean {
    const { room } = this.frames!
    const { version } = room
    try {
      room.apply(operation, { node: nodeId(''), nowMs: this.clock.now() })
      return false
    } catch (error) {
      if (!(error instanceof Problem) || room.version !== version) throw error
      return true
    }
  }

  /** Stores a document update, and tells the room now or a little later. */
  #update(): void {
    const update = this.stored.size + 1
    this.stored.add(update)
    this.#untold.push(update)
    if (this.random.chance(0.8)) this.#tell()
  }

  #tell(): void {
    const update = this.#untold.shift()
    if (update === undefined) return
    void this.rooms.update(ROOM, { changed: true, bytes: Uint8Array.of(update) })
  }

  #fetch(): void {
    const stream = this.random.pick(this.#streams)
    if (stream !== undefined) this.#fetchFor(stream.reader)
  }

  /** Gives the document to readers after a resync or without a position. PROTOCOL.md DO4 */
  #fetchFor(reader: SimulatedReader): void {
    if (!reader.lacksDocument) return
    reader.take(this.stored)
    reader.lacksDocument = false
  }

  #open(): void {
    const { random } = this
    const member = random.chance(0.2) ? undefined : random.pick(MEMBERS)
    const known = random.chance(0.6) ? this.#closed.pop() : undefined
    this.#attend(member, known?.view ?? random.pick(VIEWS), known)
  }

  #attend(member: string | undefined, view: View, known: SimulatedReader | undefined): void {
    if (member === undefined) {
      this.#do({ do: 'watch' })
      this.model.watching += 1
    } else {
      const at = this.random.pick(PARTS)
      const presence = this.#presence()
      const nowMs = this.clock.now()
      this.#do({ do: 'open', id: member, user: {}, at, ...presence })
      this.model.open(member, at, nowMs, presence)
    }
    const documents = known?.documents ?? this.random.chance(0.8)
    const version = this.#resumeFrom(known)
    const part = known === undefined && view === 'patch' ? this.random.pick(PARTS) : known?.part
    const wanted = { view, documents, part }
    const reader = new SimulatedReader(wanted, version, this.#checkGone, known, this.#spend)
    const frames = this.frames!
    frames.add(reader)
    frames.catchUp(reader)
    if (reader.isFailed) this.#closed.push(reader)
    else this.#streams.push({ member, reader })
  }

  readonly #spend = (): void => this.clock.spend(this.#writeMs)

  /** PROTOCOL.md MB7 */
  readonly #checkGone = (member: string, part: string | undefined): void => {
    if (!this.model.members().has(member)) return
    if (part === undefined || this.model.partOf(member) === part)
      throw new Error(`${member} is here and was seen to leave`)
  }

  #resumeFrom(known: SimulatedReader | undefined): number | undefined {
    if (known?.lastEventId === undefined) return undefined
    return parsePosition(known.lastEventId)?.version ?? UNKNOWN_VERSION
  }

  /** Loses a connection silently. */
  #drop(): void {
    const stream = this.#take()
    if (stream === undefined) return
    const { member, reader } = stream
    this.frames!.remove(reader)
    if (member === undefined) {
      this.#do({ do: 'unwatch' })
      this.model.watching -= 1
    } else {
      const nowMs = this.clock.now()
      this.#do({ do: 'close', id: member })
      this.model.close(member, nowMs)
    }
    this.#closed.push(reader)
  }

  /** Announces a leave, ends the stream, and perhaps rejoins, like a reloading tab. */
  #reload(): void {
    const stream = this.#streams.at(-1)
    if (stream?.member === undefined) return
    const nowMs = this.clock.now()
    this.#do({ do: 'soon', id: stream.member })
    this.model.leaveSoon(stream.member, nowMs)
    this.#drop()
    this.pass(this.random.below(3_000))
    if (this.random.chance(0.6)) this.#attend(stream.member, 'patch', undefined)
  }

  #leave(): void {
    if (this.frames === undefined) return
    const member = this.random.pick(MEMBERS)
    this.#do({ do: 'leave', id: member })
    this.model.leave(member)
  }

  #stall(): void {
    const stream = this.random.pick(this.#streams)
    if (stream !== undefined) stream.reader.ready = false
  }

  #recover(): void {
    const stream = this.random.pick(this.#streams)
    if (stream !== undefined) this.#makeReady(stream.reader)
  }

  /** Opens another room, so that this one is sometimes forgotten. */
  #otherRoom(): void {
    const room = `other-${this.random.below(3)}`
    this.#do({ do: 'move', id: 'somebody', user: {}, location: 1 }, room)
  }

  /** Commits an operation, which is synchronous without other nodes. */
  #do(operation: Operation, room = ROOM): void {
    void this.rooms.open(room).commit(operation)
  }

  /** Makes one frame with document updates fail. */
  #setOff(): void {
    if (!this.#isPlanted) return
    this.#isPlanted = false
    // A different message each time, as the same one is logged only once.
    throw new Error(`${PLANTED} ${this.failures}`)
  }

  /** Handles a failed room: all members are gone, and readers may resume. PROTOCOL.md RM13 to RM15 */
  #failed(message: string, cause: unknown): void {
    if (!String(cause).includes(PLANTED)) throw new Error(message, { cause })
    this.failures += 1
    this.model = newModel()
    for (const { reader } of this.#streams.splice(0)) this.#closed.push(reader)
  }

  #makeReady(reader: SimulatedReader): void {
    reader.ready = true
    this.frames!.catchUp(reader)
  }

  #take(): Stream | undefined {
    return this.#streams.splice(this.random.below(this.#streams.length), 1)[0]
  }
}
