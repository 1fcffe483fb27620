import type { Action, Can, RoomAnswer, RoomPatch } from '@whereabouts/protocol'
import type { Parameter } from '../access/caller.js'
import type { Permissions } from '../access/permissions.js'
import type { RoomServer } from '../room-server.js'
import type { Look } from '../stream/look.js'
import type { Call } from './call.js'
import type { Admitted } from './entrance.js'
import { wantedPart, wantsDocuments } from './parameters.js'

/** The longest that a long-poll waits. @see PROTOCOL.md HT20 */
export const MOST_WAIT_MS = 30_000

/** What a caller asks of one room, once or in a long-poll. @see PROTOCOL.md HT4, HT5, HT20 */
export class Question {
  readonly #since: string | undefined
  readonly #wanted: Pick<Look, 'documents' | 'part'>
  /** What the caller may do, if that changed while it waited. */
  #allowed: readonly Action[] | undefined

  /** @throws {Problem} bad-parameter */
  constructor(
    private readonly rooms: RoomServer,
    private readonly permissions: Pick<Permissions, 'areAsked'>,
    private readonly admitted: Admitted<Parameter>,
  ) {
    const { said } = admitted
    this.#since = said('since')
    this.#wanted = { documents: wantsDocuments(said), part: wantedPart(said) }
  }

  /** Returns what the caller lacks; `undefined` if that is nothing. */
  async news(): Promise<RoomPatch | RoomAnswer | undefined> {
    const { roomName } = this.admitted
    const since = this.#since
    if (since === undefined) {
      return { ...(await this.rooms.members(roomName, this.#wanted.part)), ...this.#can() }
    }
    const news = await this.rooms.since(roomName, since, this.#wanted)
    if (news !== undefined) return { ...news, ...this.#can() }
    // A change of rights is news of its own. AC30
    return this.#allowed && { id: since, patch: {}, ...this.#can() }
  }

  /** Waits until there is news, or for a time. @throws {Problem} forbidden, too-many-connections, shutting-down */
  async wait(waitMs: number, cancelled: AbortSignal): Promise<void> {
    const { roomName, admission } = this.admitted
    const options = { waitMs, admission, ...this.#wanted }
    const since = this.#since ?? ''
    this.#allowed = await this.rooms.readers.nextFrame(roomName, since, options, cancelled)
  }

  /** Without authorization it would be the same for everybody. @see PROTOCOL.md AC29 */
  #can(): Partial<Can> {
    return this.permissions.areAsked ? { can: this.#allowed ?? this.admitted.admission.can } : {}
  }
}

/** Fires when the response closes, however it closes: the request's own end says nothing of that. */
export function closing({ response }: Call): AbortSignal {
  const controller = new AbortController()
  if (response.closed) controller.abort()
  else response.once('close', () => controller.abort())
  return controller.signal
}
