import {
  joinRoom,
  type Json,
  type Room,
  type RoomSnapshot,
  type RoomStatus,
} from '@whereabouts/client'
import { acrossTabs } from '@whereabouts/client/tabs'
import type { RoomProvider } from '@whereabouts/client/yjs'
import type { Doc } from 'yjs'
import { BASE } from './base.js'
import type { Person } from './person.js'
import { Silence } from './presence/silence.js'
import { RoomDocument } from './room-document.js'

/**
 * The page's room and its document. A member can switch between watching and joining; subscribers
 * stay subscribed across the change of connection.
 */
export class Session implements Omit<Room, 'look' | 'broadcast' | 'onEvent'> {
  /** Tells whether the document can be shown, and whether edits are saved. */
  readonly document: RoomDocument
  readonly #name: string
  readonly #user: string | undefined
  readonly #listeners = new Set<() => void>()
  readonly #silence = new Silence(() => this.#notify())
  #person: Person
  #location: Json | undefined
  #watches = false
  #room: Room
  #unsubscribe: () => void

  /** @param user the id of the user at this window, if the server knows one */
  constructor(name: string, person: Person, user?: string) {
    this.#name = name
    this.#user = user
    this.#person = person
    this.#room = this.#open()
    this.document = new RoomDocument(this.#room, user)
    this.document.subscribe(this.#notify)
    this.#unsubscribe = this.#room.subscribe(this.#notify)
  }

  /** The name of the room. */
  get name(): string {
    return this.#name
  }

  /** The connection to the room; `watch` and `join` replace it. */
  get room(): Room {
    return this.#room
  }

  /** Whether this page only watches. */
  get watches(): boolean {
    return this.#watches
  }

  /** The document. When it is replaced, `document` notifies its subscribers. */
  get doc(): Doc {
    return this.document.doc
  }

  /** Synchronizes the document and has the others' cursors. `watch` and `join` replace it. */
  get provider(): RoomProvider {
    return this.document.provider
  }

  /** Whether edits made here can reach the others: not while watching, nor without the right to write. */
  get canEdit(): boolean {
    return !this.#watches && !this.document.getSnapshot().isReadOnly
  }

  /** Whether the others see this client: not while watching, nor without the right to join. */
  get isSeen(): boolean {
    return !this.#watches && this.getSnapshot().can?.includes('join') !== false
  }

  get status(): RoomStatus {
    return this.#room.status
  }

  /** Whether nothing was heard of the others for long. @see OFFICE.md OF89 */
  get isSilent(): boolean {
    return this.#silence.isLong
  }

  readonly getSnapshot = (): RoomSnapshot => this.#silence.known(this.#room.getSnapshot())

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  readonly move = (location: Json): void => {
    this.#location = location
    this.#room.move(location)
  }

  readonly setUser = (user: Partial<Person>): void => {
    this.#person = { ...this.#person, ...user }
    this.#room.setUser(this.#person)
  }

  readonly leave = (): Promise<void> => this.#room.leave()

  /** Watches without joining, as a full room allows. @see PROTOCOL.md RM8, MB10 */
  readonly watch = (): void => this.#reopen(true)

  /** Joins, or joins again. */
  readonly join = (): void => this.#reopen(false)

  /** Tries again what was refused, such as for a user who has signed in since. */
  readonly retry = (): void => {
    if (this.status === 'closed') return this.#reopen(this.#watches)
    this.document.goOn(this.#room)
    this.#notify()
  }

  #reopen(watches: boolean): void {
    this.#unsubscribe()
    const left = this.#room.leave()
    this.#watches = watches
    this.#room = this.#open()
    this.document.goOn(this.#room)
    this.#unsubscribe = this.#room.subscribe(this.#notify)
    this.#notify()
    // Leaving tells the server by itself; nothing here waits for it.
    void left
  }

  #open(): Room {
    return joinRoom({
      url: BASE,
      room: this.#name,
      user: this.#person,
      watch: this.#watches,
      sharing: acrossTabs(this.#user === undefined ? {} : { credentials: this.#user }),
      ...(this.#location === undefined ? {} : { location: this.#location }),
    })
  }

  readonly #notify = (): void => {
    this.#silence.look(this.status)
    for (const listener of this.#listeners) listener()
  }
}
