import { createHash } from 'node:crypto'
import { type DocumentNews, Problem, type Updated } from '@whereabouts/protocol'
import type { Documents } from './document/documents.js'
import { mergeIntoOne } from './document/merge.js'
import { Repeats } from './document/repeats.js'
import type { Exchange } from './exchange/exchange.js'
import type { MissedUpdates } from './room/room.js'
import { UNKNOWN_VERSION } from './stream/frames.js'
import type { OpenRoom, OpenRooms } from './rooms/open-rooms.js'

/** Larger updates are looked up in the store by the other nodes. */
const MAX_SHARED_BYTES = 65_536

/** The documents of the rooms: what is read has what the room told, and what is written is told. */
export class RoomDocuments {
  readonly #updates = new Repeats<Updated>()

  constructor(
    private readonly documents: Documents,
    private readonly rooms: OpenRooms,
    private readonly exchange: Exchange,
    private readonly limits: { readonly maxUpdateBytes: number },
  ) {}

  /**
   * @param since a position of the room: what it is past is in the answer
   * @throws {Problem} bad-parameter, store-failed
   * @see PROTOCOL.md DO1, EX8
   */
  async read(
    room: string,
    stateVector: Uint8Array | undefined,
    since: string | undefined,
  ): Promise<Uint8Array> {
    return this.documents.read(room, stateVector, await this.#needsFresh(room, since))
  }

  /**
   * @param stateVector the caller's; empty for one who has nothing
   * @param since a position of the room: what it is past is in the answer
   * @throws {Problem} bad-parameter, store-failed
   * @see PROTOCOL.md DO20, EX8
   */
  async sync(
    room: string,
    stateVector: Uint8Array,
    since: string | undefined,
  ): Promise<Uint8Array> {
    return this.documents.sync(room, stateVector, await this.#needsFresh(room, since))
  }

  /**
   * @throws {Problem} bad-update, too-large, document-full, store-failed
   * @see PROTOCOL.md DO2, DO9
   */
  async update(
    room: string,
    update: Uint8Array,
    idempotencyKey: string | undefined,
  ): Promise<Updated> {
    const { maxUpdateBytes } = this.limits
    if (update.byteLength > maxUpdateBytes) {
      throw new Problem('too-large', `An update is at most ${maxUpdateBytes} bytes.`, {
        limitBytes: maxUpdateBytes,
      })
    }
    const work = () => this.#update(room, update)
    if (idempotencyKey === undefined) return work()
    const hash = createHash('sha256').update(update).digest('base64url')
    return this.#updates.once(`${room} ${idempotencyKey} ${hash}`, work)
  }

  async #update(room: string, update: Uint8Array): Promise<Updated> {
    const { changed, pending, bytes } = await this.documents.update(room, update)
    const id = await this.#commit(room, changed, bytes)
    return pending ? { id, pending } : { id }
  }

  /** Tells the room of an update that is stored. Answers with its position after that. */
  async #commit(room: string, changed: boolean, bytes: Uint8Array): Promise<string> {
    const isSole = this.exchange.unfollowed !== undefined
    // Another node may have stored it and died before it told anybody.
    if (!changed && (isSole || isNothing(bytes) || this.#wasTold(room, bytes))) {
      return this.rooms.look(room, (known) => this.rooms.positionOf(known))
    }
    const isSmall = isSole || bytes.byteLength <= MAX_SHARED_BYTES
    const text = isSmall ? Buffer.from(bytes).toString('base64') : undefined
    return this.rooms.update(room, { do: 'update', bytes: text })
  }

  #wasTold(room: string, bytes: Uint8Array): boolean {
    const shared = this.rooms.find(room)?.shared
    return shared?.isAlone === false && shared.room.hasUpdate(bytes)
  }

  async #needsFresh(room: string, since: string | undefined): Promise<boolean> {
    const known = this.rooms.find(room)
    await known?.shared.ready
    return !this.#isUpToDate(known, since)
  }

  /** Whether what is loaded of a room's document has all that the room told by a position. */
  #isUpToDate(known: OpenRoom | undefined, since: string | undefined): boolean {
    if (this.exchange.unfollowed !== undefined) return true
    // What is loaded is kept up to date by its room, if that is here.
    if (known === undefined || since === undefined) return known !== undefined
    const version = this.rooms.versionOf(since, known)
    return version !== UNKNOWN_VERSION && version <= known.shared.room.version
  }
}

/** What a long-poll is told of the document; it has one field, and so no more than one update. */
export function documentNews(updates: MissedUpdates): DocumentNews {
  if (updates?.length === 0) return {}
  const update = updates && mergeIntoOne(updates)
  if (update === undefined) return { resync: { document: true } }
  return { document: Buffer.from(update).toString('base64') }
}

/** Whether an update of Yjs 13 has nothing in it. */
function isNothing(update: Uint8Array): boolean {
  return update.every((byte) => byte === 0)
}
