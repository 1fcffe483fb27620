import type { Can } from '@whereabouts/protocol'
import type { Parameter } from '../access/caller.js'
import { type Admission, sameActions } from '../access/permissions.js'
import { assertCurrent } from '../access/users.js'
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
  #admission: Admission
  /** Whether what the caller may do changed after it was let in. */
  #isChanged = false

  /** @throws {Problem} bad-parameter */
  constructor(
    private readonly rooms: RoomServer,
    private readonly access: Access,
    private readonly admitted: Admitted<Parameter>,
  ) {
    const { said, admission } = admitted
    this.#admission = admission
    this.#since = said('since')
    this.#wanted = { documents: wantsDocuments(said), part: wantedPart(said) }
  }

  /**
   * Asks again what the caller may do, if that was answered a while ago.
   *
   * @throws {Problem} unauthorized, forbidden, store-failed
   * @see PROTOCOL.md AC25, AC35, AC40
   */
  async readmit(): Promise<void> {
    const { user } = this.admitted
    assertCurrent(user)
    const before = this.#admission
    this.#admission = await this.access.permissions.readmit(before)
    if (this.#admission === before) return
    assertCurrent(user)
    if (!sameActions(before.can, this.#admission.can)) this.#isChanged = true
  }

  /**
   * Returns what the caller lacks; `undefined` if that is nothing.
   *
   * @throws {Problem} too-many-requests, unauthorized, forbidden, store-failed. BU23
   */
  async news(): Promise<News | undefined> {
    const { roomName, account } = this.admitted
    const since = this.#since
    await this.readmit()
    // What one poll gets is charged before the next one is looked at, however many came together.
    await new Promise(setImmediate)
    await this.access.allowances.take('pollBytes', account, 0)
    const text = await this.rooms.newsText(roomName, { since, ...this.#wanted })
    if (text !== undefined) {
      if (text.byteLength > SMALL_BYTES)
        this.access.allowances.charge('pollBytes', account, text.byteLength)
      return { text, ...this.#can() }
    }
    // A change of rights is news of its own. AC30
    return this.#isChanged ? { text: nothingNew(since), ...this.#can() } : undefined
  }

  /** Waits until there is news, or for a time. @throws {Problem} forbidden, too-many-connections, shutting-down */
  async wait(waitMs: number, cancelled: AbortSignal): Promise<void> {
    const { roomName } = this.admitted
    const admission = this.#admission
    const options = { waitMs, admission, ...this.#wanted }
    const since = this.#since ?? ''
    const can = await this.rooms.readers.nextFrame(roomName, since, options, cancelled)
    this.#isChanged ||= can !== undefined
    // While it waited, it was asked about like any reader. AC15
    this.#admission = { ...admission, can: can ?? admission.can, atMs: performance.now() }
  }

  /** Without authorization it would be the same for everybody. @see PROTOCOL.md AC29 */
  #can(): Partial<Can> {
    return this.access.permissions.areAsked ? { can: this.#admission.can } : {}
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
export function closing({ response }: Call, reason?: Error): AbortSignal {
  const controller = new AbortController()
  if (response.closed) controller.abort(reason)
  else response.once('close', () => controller.abort(reason))
  return controller.signal
}
