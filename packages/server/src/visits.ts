import {
  type Action,
  type Goodbye,
  Problem,
  type Transport,
  type Whisper,
} from '@whereabouts/protocol'
import { type Admission, type Asker, type Permissions, sameActions } from './access/permissions.js'
import type { EndedLogins } from './access/ended-logins.js'
import { loginExpired } from './access/users.js'
import { Gate } from './exchange/gate.js'
import type { MemberId } from './room/ids.js'
import { documentRoom } from './room/document-room.js'
import { isStoreFailure } from './store-failed.js'
import { Agenda } from './stream/agenda.js'
import type { Clock } from './stream/clock.js'
import type { Endable, Faults } from './stream/faults.js'
import type { Look } from './stream/look.js'

/** How a reader is served. */
export interface Served extends Look {
  readonly transport: Transport
  /** The version up to which it was written to. */
  readonly version: number | undefined
  /** Whether it can take more. */
  readonly ready: boolean
}

/** A reader that is shown to whoever inspects its room. */
export interface Visible {
  readonly reader: Served
  /** The ids of its members. */
  readonly members: readonly string[]
}

/**
 * An open reader: a stream, a long-poll or a subscriber inside the process. A member that is asked about
 * without one isn't served.
 */
export interface Visitor extends Endable, Partial<Served> {
  /** Tells the reader to reconnect soon. */
  goodbye(goodbye: Goodbye): void
  /** Tells the reader what it may do from now on. */
  allow(can: readonly Action[]): void
  /** Sends the reader an event of the application; one that is slow misses it. @see PROTOCOL.md EV10 */
  whisper(whisper: Whisper): void
  /** Tells a reader with several members that one of them is over. @see PROTOCOL.md MS10 */
  expel(memberId: string, problem: Problem): void
}

/** The visit of a reader in a room. */
export interface Stay {
  readonly roomName: string
  /** Its members; none if it only watches. */
  readonly selves: readonly MemberId[]
  /** Removes its members from the room. */
  leave(): void
  /** Releases the locks of its members. */
  unlock(): void
  /** Ends the connection of one of its members. */
  part(id: MemberId): void
}

/** Selects the readers to revalidate. */
export interface Revalidation {
  /** The id of a user; all users by default. */
  readonly user?: string | undefined
  /** The name of a room; all rooms by default. */
  readonly room?: string | undefined
}

/** Selects the readers of a room to end, with a reason. */
export interface Disconnection {
  readonly roomName: string
  readonly memberId?: string | undefined
  readonly userId?: string | undefined
  readonly reason?: string | undefined
}

/** An event for some readers of a room. */
export interface Whispered extends Whisper {
  readonly roomName: string
  /** The ids of the members that get it; without it, all readers. */
  readonly to?: readonly string[] | undefined
  /** The ids of members that don't get it. */
  readonly except?: readonly string[] | undefined
}

interface Visit {
  readonly stay: Stay
  readonly visitor: Visitor
  readonly admission: Admission
  can: readonly Action[]
  isAsking: boolean
  /** Whether the pending answer will be out of date, so that the application has to be asked again. */
  isOutdated: boolean
  /** Cancels the end that is planned for when its user expires. */
  callOffExpiry: () => void
  /** Cancels the next revalidation. */
  callOffQuestion: () => void
  /** Cancels the retry after the store failed. */
  callOffRetry: () => void
}

const nothing = (): void => {}

/** How many readers are revalidated at a time. */
const READERS_AT_A_TIME = 64
/** A revalidation that takes longer no longer counts toward that limit. */
const SLOW_MS = 250
/** How long to wait before asking a store again that failed. */
const RETRY_MS = 1_000
/** Bounds the time between the goodbye and the end of a reader whose user expires. */
const MOST_LEAD_MS = 5_000
const MOST_RECONNECT_MS = 300

/** The context of visits. */
export interface VisitsContext {
  readonly permissions: Permissions
  readonly ended: EndedLogins
  readonly revalidateMs: number
  readonly clock: Clock
  readonly faults: Faults
  /** A number from 0 to 1. */
  readonly random: () => number
}

/**
 * Revalidates open readers from time to time, and ends those whose user expires or loses access.
 *
 * @see PROTOCOL.md §4
 */
export class Visits {
  readonly #visits = new Set<Visit>()
  readonly #agenda: Agenda
  readonly #gate = new Gate(READERS_AT_A_TIME)

  constructor(private readonly context: VisitsContext) {
    this.#agenda = new Agenda(context.clock)
  }

  /** Registers a reader. Returns a function that removes it. */
  begin(visitor: Visitor, admission: Admission, stay: Stay): () => void {
    const { can } = admission
    const visit: Visit = {
      stay,
      visitor,
      admission,
      can,
      isAsking: false,
      isOutdated: false,
      callOffExpiry: nothing,
      callOffQuestion: nothing,
      callOffRetry: nothing,
    }
    this.#visits.add(visit)
    this.#planExpiry(visit)
    this.#planQuestions(visit)
    // Its request may have begun before its login ended, and been read to its end only after that.
    if (this.context.ended.has(admission.session))
      this.context.clock.after(0, () => this.#endLogin(visit))
    return () => this.#remove(visit)
  }

  /** Revalidates readers at once. @see PROTOCOL.md AC20, AC21 */
  revalidate({ user, room }: Revalidation): void {
    const { permissions } = this.context
    permissions.outdate(room)
    for (const visit of this.#visits) {
      const isUser = user === undefined || visit.admission.userId === user
      if (isUser && isAbout(room, visit.stay.roomName)) this.#ask(visit, true)
    }
  }

  /** Ends readers. @see PROTOCOL.md AC23 */
  disconnect({ roomName, memberId, userId, reason }: Disconnection): void {
    const problem = new Problem('forbidden', reason ?? 'You were disconnected from this room.')
    for (const visit of this.#visits) {
      if (visit.stay.roomName !== roomName) continue
      const { userId: ownId } = visit.admission
      if (memberId === undefined && ownId !== undefined) {
        if (ownId === userId) this.#end(visit, problem)
        continue
      }
      // In open mode, each member counts as a user. ID4
      const id = visit.stay.selves.find((each) => each === (memberId ?? userId))
      if (id !== undefined) this.#expel(visit, id, problem)
    }
  }

  /** Sends an event to some readers. @see PROTOCOL.md EV10 */
  whisper({ roomName, event, ...whom }: Whispered): void {
    for (const visit of this.#visits) {
      const { stay, visitor } = visit
      if (stay.roomName === roomName && isMeant(stay.selves, whom)) {
        this.#serve(visit, () => visitor.whisper({ event }))
      }
    }
  }

  /** Returns the readers of a room. @see PROTOCOL.md IN4 */
  inRoom(roomName: string): readonly Visible[] {
    const visible: Visible[] = []
    for (const { stay, visitor } of this.#visits) {
      if (stay.roomName === roomName && isServed(visitor))
        visible.push({ reader: visitor, members: stay.selves })
    }
    return visible
  }

  /** Ends the readers of a login that is over; their members leave. @see PROTOCOL.md AC31 */
  endSession(session: string): void {
    this.context.ended.add(session)
    for (const visit of this.#visits) if (visit.admission.session === session) this.#endLogin(visit)
  }

  #endLogin(visit: Visit): void {
    if (!this.#visits.has(visit)) return
    visit.stay.leave()
    this.#end(visit, loginExpired())
  }

  /** Ends the readers of a room, or all of them. They can come back at once. @see PROTOCOL.md AC32 */
  endAll(roomName: string | undefined): void {
    const detail = 'A message of another server could not be read, so this connection was ended.'
    const problem = new Problem('exchange-busy', `${detail} Connect again.`)
    for (const visit of this.#visits) {
      if ((roomName ?? visit.stay.roomName) === visit.stay.roomName) this.#end(visit, problem)
    }
  }

  /** @see PROTOCOL.md AC2, AC3 */
  #planExpiry(visit: Visit): void {
    const { expiresAtMs } = visit.admission
    if (expiresAtMs === undefined) return
    const { random } = this.context
    const leftMs = Math.max(0, expiresAtMs - Date.now())
    const leadMs = Math.min(MOST_LEAD_MS, leftMs / 10)
    const reconnectInMs = Math.floor(Math.min(MOST_RECONNECT_MS, leadMs / 2))
    const goodbye = () => this.#serve(visit, () => visit.visitor.goodbye({ reconnectInMs }))
    const end = () => this.#end(visit, loginExpired())
    const callOffGoodbye = this.#agenda.after(leftMs - leadMs * (1 + random()), goodbye)
    const callOffEnd = this.#agenda.after(leftMs, end)
    visit.callOffExpiry = () => {
      callOffGoodbye()
      callOffEnd()
    }
  }

  /** @see PROTOCOL.md AC15, AC21 */
  #planQuestions(visit: Visit): void {
    const { permissions, revalidateMs, random } = this.context
    const { asker, asOf } = visit.admission
    if (asker === undefined || !permissions.asksAbout(asker)) return
    if (asOf !== permissions.asOf) this.#ask(visit, true)
    const next = (ms: number) => {
      visit.callOffQuestion = this.#agenda.after(ms, () => {
        next(revalidateMs)
        this.#ask(visit, false)
      })
    }
    // The random delay spreads readers who came at the same time.
    next(revalidateMs * (0.5 + random() / 2))
  }

  /** @param isNews whether a pending answer may be out of date */
  #ask(visit: Visit, isNews: boolean): void {
    const { asker } = visit.admission
    if (asker === undefined || !this.context.permissions.asksAbout(asker)) return
    visit.isOutdated ||= isNews && visit.isAsking
    if (visit.isAsking) return
    visit.isAsking = true
    void this.#gate.pass(() => this.#soon(this.#askNow(visit)))
  }

  async #askNow(visit: Visit): Promise<void> {
    const { asker } = visit.admission
    while (this.#visits.has(visit)) {
      visit.isOutdated = false
      const can = await this.#granted(asker!)
      if (can === undefined) this.#askLater(visit)
      else if (this.#visits.has(visit)) this.#allow(visit, can)
      if (!visit.isOutdated) break
    }
    visit.isAsking = false
  }

  /**
   * Returns `undefined` if the store fails, which must not end readers. After any other error the reader
   * may do nothing.
   *
   * @see PROTOCOL.md SR18, AC33
   */
  async #granted(asker: Asker): Promise<readonly Action[] | undefined> {
    try {
      return await this.context.permissions.granted(asker)
    } catch (error) {
      if (isStoreFailure(error)) return undefined
      this.context.faults.refuse('What a reader may do is unknown, so it was disconnected', error)
      return []
    }
  }

  #askLater(visit: Visit): void {
    visit.callOffRetry()
    if (!this.#visits.has(visit)) return
    visit.callOffRetry = this.#agenda.after(RETRY_MS, () => this.#ask(visit, true))
  }

  /** Waits for a revalidation, but not so long that a slow one holds up the others. @see PROTOCOL.md AC19 */
  async #soon(asking: Promise<void>): Promise<void> {
    let cancel: (() => void) | undefined
    const isSlow = new Promise<void>((resolve) => {
      cancel = this.context.clock.after(SLOW_MS, resolve)
    })
    await Promise.race([asking, isSlow])
    cancel?.()
  }

  /** @see PROTOCOL.md AC16, AC17, AC18, LK8 */
  #allow(visit: Visit, can: readonly Action[]): void {
    const { visitor, stay } = visit
    const isSame = sameActions(can, visit.can)
    visit.can = can
    // Repeated each time, because an earlier attempt may have failed.
    if (!can.includes('join')) stay.leave()
    else if (!can.includes('write')) stay.unlock()
    if (!can.includes('watch'))
      this.#end(visit, this.context.permissions.refusal(visit.admission.asker!, 'watch'))
    else if (!isSame) this.#serve(visit, () => visitor.allow(can))
  }

  #serve(visit: Visit, work: () => void): void {
    if (!this.context.faults.serve(visit.visitor, work)) this.#remove(visit)
  }

  /** Ends one member of a visit, or the visit with its last. @see PROTOCOL.md AC23, MS10 */
  #expel(visit: Visit, id: MemberId, problem: Problem): void {
    if (visit.stay.selves.length === 1) return this.#end(visit, problem)
    visit.stay.part(id)
    this.#serve(visit, () => visit.visitor.expel(id, problem))
  }

  #end(visit: Visit, problem: Problem): void {
    this.#remove(visit)
    this.context.faults.end(visit.visitor, problem)
  }

  #remove(visit: Visit): void {
    this.#visits.delete(visit)
    visit.callOffExpiry()
    visit.callOffQuestion()
    visit.callOffRetry()
  }
}

/** Returns whether a reader with these members is among those that an event is for. */
function isMeant(
  selves: readonly string[],
  { to, except = [] }: Pick<Whispered, 'to' | 'except'>,
): boolean {
  const left = selves.filter((id) => !except.includes(id))
  if (to !== undefined) return left.some((id) => to.includes(id))
  return selves.length === 0 || left.length > 0
}

function isServed(visitor: Visitor): visitor is Visitor & Served {
  return visitor.transport !== undefined
}

/** Returns whether a record decides about a room; without one, all rooms are meant. @see PROTOCOL.md CM4 */
function isAbout(record: string | undefined, roomName: string): boolean {
  return record === undefined || record === roomName || record === documentRoom(roomName)
}
