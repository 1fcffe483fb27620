import type { IncomingMessage } from 'node:http'
import { type Action, ACTIONS, documentOfComments, Problem } from '@whereabouts/protocol'
import type { After } from '../in-time.js'
import type { Log } from '../log.js'
import type { AskedAction, ResolvedOptions } from '../options.js'
import { documentRoom } from '../room/document-room.js'
import { isStoreFailure } from '../store-failed.js'
import type { KnownUser } from './known-user.js'
import { answered } from './patience.js'
import { RareWarning } from './rare-warning.js'
import type { Sharing } from './sharing.js'

/** Who wants to do something, and where. */
export interface Asker {
  readonly request: IncomingMessage
  readonly user: KnownUser | undefined
  readonly roomName: string
  /** The key of the account that asks. */
  readonly account: string
  /** The view link that led here, if one did. @see PROTOCOL.md SR6 */
  readonly link?: string
  /** Whether its rights are asked for as if it owned the document. @see PROTOCOL.md SR23 */
  readonly asOwner?: true
}

/**
 * Checks again what a caller may do, if that was answered a while ago. Resolves with whether it asked.
 *
 * @throws {Problem} forbidden, store-failed
 */
export type StillMay = () => Promise<boolean>

/** A reader that was let in. */
export interface Admission {
  /** Who is asked about again; `undefined` for one that the application let in itself. */
  readonly asker: Asker | undefined
  readonly userId: string | undefined
  /** The login that its user came by. */
  readonly session?: string | undefined
  /** In ms since 1970; `undefined` if that doesn't end. */
  readonly expiresAtMs: number | undefined
  readonly can: readonly Action[]
  /** How often the application had called `revalidate` before it was asked. */
  readonly asOf: number
  /** When it answered. */
  readonly atMs: number
}

/** What a caller may do where nobody is asked. @see PROTOCOL.md AC7 */
const USUAL_ACTIONS: readonly Action[] = ACTIONS.filter((action) => action !== 'manage')

/** A reader that the application lets in itself. @see PROTOCOL.md AC26 */
export function ownAdmission(userId: string | undefined): Admission {
  return { asker: undefined, userId, expiresAtMs: undefined, can: USUAL_ACTIONS, asOf: 0, atMs: 0 }
}

const OPEN = ownAdmission(undefined)

const NOT_ASKED: StillMay = async () => false

/** An answer is used for so long without asking again, such as while a body arrives. */
const FRESH_MS = 1_000

/** What callers may do, as the application says. It may say anything, and fails closed. */
export class Permissions {
  readonly #threw: RareWarning
  readonly #notBoolean: RareWarning
  #asOf = 0

  constructor(
    private readonly options: Pick<ResolvedOptions, 'authorize'>,
    log: Log,
    private readonly after: After,
    private readonly sharing: Sharing,
  ) {
    const refused = 'so the caller was refused'
    this.#threw = new RareWarning(log, `\`authorize\` threw, ${refused}; return \`false\` for that`)
    this.#notBoolean = new RareWarning(
      log,
      `\`authorize\` returned neither true nor false, ${refused}; return a boolean`,
    )
  }

  /** Whether the application is asked. */
  get areAsked(): boolean {
    return this.options.authorize !== undefined
  }

  /** Whether there is anything to ask about a caller, or about some actions of it. */
  asksAbout({ link, roomName }: Asker, actions: readonly Action[] = []): boolean {
    if (this.areAsked || link !== undefined || actions.includes('manage')) return true
    // Where nobody is asked, the document of comments still has to be there. CM2
    return documentOfComments(roomName) !== undefined
  }

  /** How often {@link outdate} was called. */
  get asOf(): number {
    return this.#asOf
  }

  /**
   * What was answered until now no longer counts.
   *
   * @param roomName the room that it is about; all without it
   * @see PROTOCOL.md AC21, AC25
   */
  outdate(roomName?: string): void {
    this.#asOf += 1
    this.sharing.outdate(roomName)
  }

  /**
   * Checks that a caller may do all of some actions. The answer checks it again before they are done,
   * if that is later.
   *
   * @throws {Problem} forbidden, store-failed, as does the answer
   * @see PROTOCOL.md AC8, AC10, AC25
   */
  async assert(asker: Asker, ...actions: readonly Action[]): Promise<StillMay> {
    if (!this.asksAbout(asker, actions)) return NOT_ASKED
    const { asOf } = this
    const can = await this.granted(asker, actions)
    const answer = { asOf, atMs: performance.now() }
    const missing = actions.find((action) => !can.includes(action))
    if (missing === 'manage' && !this.asksAbout(asker) && asker.user === undefined)
      throw nobodyManages()
    if (missing !== undefined) throw this.refusal(asker, missing)
    return async () => {
      if (this.#isFresh(answer)) return false
      await this.assert(asker, ...actions)
      return true
    }
  }

  /**
   * Returns whether a caller may manage a document once it owns it: its token may allow it less than a record
   * does.
   *
   * @throws {Problem} store-failed
   * @see PROTOCOL.md SR23
   */
  async mayOwn(asker: Asker): Promise<boolean> {
    const can = await this.granted({ ...asker, asOwner: true }, ['manage'])
    return can.includes('manage')
  }

  /**
   * Lets a reader in.
   *
   * @throws {Problem} forbidden if it may not `watch`; store-failed
   * @see PROTOCOL.md AC10, AC14
   */
  async admit(asker: Asker): Promise<Admission> {
    if (!this.asksAbout(asker) && asker.user === undefined) return OPEN
    const { asOf } = this
    const can = await this.granted(asker)
    if (!can.includes('watch')) throw this.refusal(asker, 'watch')
    const { user } = asker
    const userId = user?.claim.id
    const answer = { asOf, atMs: performance.now() }
    const { expiresAtMs, session } = user ?? { expiresAtMs: undefined, session: undefined }
    return { asker, userId, session, expiresAtMs, can, ...answer }
  }

  /**
   * An admission that still holds: the same, or another if that was a while ago.
   *
   * @throws {Problem} forbidden, store-failed
   * @see PROTOCOL.md AC25
   */
  async readmit(admission: Admission): Promise<Admission> {
    const { asker } = admission
    return asker === undefined || this.#isFresh(admission) ? admission : this.admit(asker)
  }

  /** Returns what a caller is told who may not do something. @see PROTOCOL.md AC12, HM9, SR8, SR9 */
  refusal(asker: Asker, action: Action): Problem {
    const { link, user } = asker
    if (this.sharing.lacksDocument(asker)) return nothingToComment()
    const isAsked = link === undefined && user !== undefined
    const meant = meantIn(asker.roomName)(action)
    const trash = isAsked ? this.sharing.refusedByTrash(asker, user.claim.id, meant) : undefined
    return trash === undefined ? refusalOf(asker, action) : inTrash(trash)
  }

  #isFresh({ asOf, atMs }: Pick<Admission, 'asOf' | 'atMs'>): boolean {
    return this.asOf === asOf && performance.now() - atMs < FRESH_MS
  }

  /**
   * Those of some actions, or of all, that a caller may do.
   *
   * @throws {Problem} store-failed
   */
  async granted(asker: Asker, asked = ACTIONS): Promise<readonly Action[]> {
    const actions = asker.link === undefined ? asked : asked.filter((action) => action === 'watch')
    if (!(await this.#leadsHere(asker))) return []
    if (!this.areAsked) return actions.filter((action) => USUAL_ACTIONS.includes(action))
    const allowed = await this.#allowed(asker, new Set(actions.map(meantIn(asker.roomName))))
    return actions.filter((action) => allowed.has(meantIn(asker.roomName)(action)))
  }

  /**
   * Returns whether a caller may read a room and see who is there; `undefined` if the application doesn't say.
   *
   * @throws {Problem} store-failed
   * @see PROTOCOL.md HM3
   */
  async mayWatch(asker: Asker): Promise<boolean | undefined> {
    if (!(await this.#leadsHere(asker))) return false
    return this.areAsked ? this.#answerOf(asker, meantIn(asker.roomName)('watch')) : true
  }

  /** Each time, as the link may have been ended, or the document of comments deleted. @see PROTOCOL.md SR9, CM2 */
  async #leadsHere(asker: Asker): Promise<boolean> {
    const { link, roomName, account } = asker
    if (link !== undefined) return (await this.sharing.roomOf(link, account)) === roomName
    return documentOfComments(roomName) === undefined || this.sharing.hasDocument(asker)
  }

  /** Returns those of some actions that the application allows. */
  async #allowed(asker: Asker, actions: ReadonlySet<Action>): Promise<ReadonlySet<Action>> {
    const allowed = new Set<Action>()
    const ask = async (action: Action) => {
      if ((await this.#answerOf(asker, action)) === true) allowed.add(action)
    }
    await Promise.all(Array.from(actions, ask))
    return allowed
  }

  async #answerOf(asker: Asker, action: Action): Promise<boolean | undefined> {
    const { request, user } = asker
    const room = documentRoom(asker.roomName)
    const shared = () => this.#shared(asker, action)
    const asked: AskedAction = { request, user: user?.asReturned, room, action, shared }
    try {
      const answer: unknown = await answered(this.options.authorize!(asked), this.after)
      if (typeof answer === 'boolean') return answer
      this.#notBoolean.warn()
    } catch (error) {
      // Nothing was answered yet.
      if (isStoreFailure(error)) throw error
      this.#threw.warn(error)
    }
    return undefined
  }

  async #shared(asker: Asker, action: Action): Promise<boolean> {
    // A link that led here lets its caller watch.
    if (asker.link !== undefined) return action === 'watch'
    if (asker.asOwner === true) return true
    return this.sharing.allows(asker, asker.user?.claim.id, action)
  }
}

/**
 * Returns what has to be allowed for an action in a room: all of comments but managing them is to comment on
 * their document.
 *
 * @see PROTOCOL.md CM3
 */
function meantIn(roomName: string): (action: Action) => Action {
  if (documentOfComments(roomName) === undefined) return (action) => action
  return (action) => (action === 'manage' ? action : 'comment')
}

/** Returns whether two lists have the same actions, in any order. */
export function sameActions(one: readonly Action[], other: readonly Action[]): boolean {
  return one.length === other.length && one.every((action) => other.includes(action))
}

/** What a caller is told who may not do something. @see PROTOCOL.md AC12, SR8, SR9 */
export function refusalOf({ link }: Pick<Asker, 'link'>, action: Action): Problem {
  if (link === undefined) return forbidden(action)
  return action === 'watch' ? linkEnded() : linkOnlyReads()
}

/** @see PROTOCOL.md SR9 */
export function linkEnded(): Problem {
  return new Problem('forbidden', 'This link no longer works. Ask who shared it for a new one.')
}

/** @see PROTOCOL.md SR8 */
export function linkOnlyReads(): Problem {
  return new Problem('forbidden', 'This link is for viewing only.')
}

/** Where nobody authorizes callers. @see PROTOCOL.md SR7 */
export function nobodyManages(): Problem {
  return new Problem(
    'forbidden',
    'Without users, nobody manages documents over HTTP. Whoever runs the server can, with the command `whereabouts documents`.',
  )
}

/** @see PROTOCOL.md CM2 */
function nothingToComment(): Problem {
  return new Problem(
    'forbidden',
    'There is no document to comment on. Comments begin once it has content, and are deleted with it.',
  )
}

/** @see PROTOCOL.md HM9 */
function inTrash(whose: 'own' | 'shared'): Problem {
  const detail =
    whose === 'own'
      ? 'This document is in the trash. Take it out to work on it.'
      : 'The owner of this document has put it into the trash. Ask for it to be taken out.'
  return new Problem('forbidden', detail)
}

/** @see PROTOCOL.md AC12 */
function forbidden(action: Action): Problem {
  return new Problem(
    'forbidden',
    `You may not do that here: it needs the right to ${action}. Ask somebody who manages this document.`,
  )
}
