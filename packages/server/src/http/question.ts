import type { Action, Can } from '@whereabouts/protocol'
import type { Parameter } from '../access/caller.js'
import type { RoomServer } from '../room-server.js'
import type { Look } from '../stream/look.js'
import type { Call } from './call.js'
import type { Access, Admitted } from './entrance.js'
import { SMALL_BYTES } from './large-answers.js'
import { wantedPart, wantsDocuments } from './parameters.js'

/** The longest that a long-poll waits. @see PROTOCOL.md HT20 */
export const MOST_WAIT_MS = 30_000

/** What a caller lacks of a room: a JSON text that others may share, and what the caller may do. */
export type News = { readonly text: Buffer } & Partial<Can>

/** What a caller asks of one room, once or in a long-poll. @see PROTOCOL.md HT4, HT5, HT20 */
export class Question {
  readonly #since: string | undefined
  readonly #wanted: Pick<Look, 'documents' | 'part'>
  /** What the caller may do, if that changed while it waited. */
  #allowed: readonly Action[] | undefined

  /** @throws {Problem} bad-parameter */
  constructor(
    private readonly rooms: RoomServer,
    private readonly access: Access,
    private readonly admitted: Admitted<Parameter>,
  ) {
    const { said } = admitted
    this.#since = said('since')
    this.#wanted = { documents: wantsDocuments(said), part: wantedPart(said) }
  }

  /** Returns what the caller lacks; `undefined` if that is nothing. @throws {Problem} too-many-requests. BU23 */
  async news(): Promise<News | undefined> {
    const { roomName, account } = this.admitted
    const since = this.#since
    await this.access.allowances.take('pollBytes', account, 0)
    const text = await this.rooms.newsText(roomName, { since, ...this.#wanted })
    if (text !== undefined) {
      if (text.byteLength > SMALL_BYTES)
        this.access.allowances.charge('pollBytes', account, text.byteLength)
      return { text, ...this.#can() }
    }
    // A change of rights is news of its own. AC30
    return this.#allowed && { text: nothingNew(since), ...this.#can() }
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
    return this.access.permissions.areAsked
      ? { can: this.#allowed ?? this.admitted.admission.can }
      : {}
  }
}

/**
 * Returns the pieces of the text of an answer. What is shared isn't copied.
 *
 * @param key the subscription that it is for, among several
 */
export function piecesOfNews({ text, can }: News, key?: string): Buffer[] {
  const first = key === undefined ? '{' : `{"key":${JSON.stringify(key)},`
  const last = can === undefined ? '}' : `,"can":${JSON.stringify(can)}}`
  return [Buffer.from(first), text.subarray(1, -1), Buffer.from(last)]
}

function nothingNew(since: string | undefined): Buffer {
  return Buffer.from(JSON.stringify({ id: since, patch: {} }))
}

/** Fires when the response closes, however it closes: the request's own end says nothing of that. */
export function closing({ response }: Call): AbortSignal {
  const controller = new AbortController()
  if (response.closed) controller.abort()
  else response.once('close', () => controller.abort())
  return controller.signal
}
