import {
  joinRoom,
  type Json,
  type Room,
  type RoomSnapshot,
  type RoomStatus,
} from '@whereabouts/client'
import type { RoomProvider } from '@whereabouts/client/yjs'
import type { Doc } from 'yjs'
import type { Person } from './person.js'
import { RoomDocument } from './room-document.js'

/**
 * The room that the page is in, with its document: it can be left for looking on and joined again,
 * and whoever is subscribed doesn't notice that it is another connection.
 */
export class Session implements Omit<Room, 'look'> {
  /** How the document is: whether it can be shown, and whether edits are saved. */
  readonly document: RoomDocument
  readonly #name: string
  readonly #listeners = new Set<() => void>()
  #person: Person
  #location: Json | undefined
  #watches: boolean
  #room: Room
  #unsubscribe: () => void

  constructor(name: string, person: Person, watches: boolean) {
    this.#name = name
    this.#person = person
    this.#watches = watches
    this.#room = this.#open()
    this.document = new RoomDocument(this.#room)
    this.#unsubscribe = this.#room.subscribe(this.#notify)
  }

  /** The name of the room. */
  get name(): string {
    return this.#name
  }

  /** Whether the page only looks on. */
  get watches(): boolean {
    return this.#watches
  }

  /** The document; another one when it had to be made anew, of which `document` tells. */
  get doc(): Doc {
    return this.document.doc
  }

  /** What keeps the document, and has the others' cursors; another one after `watch` and `join`. */
  get provider(): RoomProvider {
    return this.document.provider
  }

  /**
   * Whether what is edited here can reach the others: nobody edits who only looks on, or whose room
   * is closed.
   */
  get canEdit(): boolean {
    return !this.#watches && this.status !== 'closed'
  }

  get status(): RoomStatus {
    return this.#room.status
  }

  readonly getSnapshot = (): RoomSnapshot => this.#room.getSnapshot()

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

  /** Looks on without joining, as a full room offers. @see PROTOCOL.md RM8, MB10 */
  readonly watch = (): void => this.#reopen(true)

  /** Joins (again). */
  readonly join = (): void => this.#reopen(false)

  #reopen(watches: boolean): void {
    this.#unsubscribe()
    const left = this.#room.leave()
    this.#watches = watches
    this.#room = this.#open()
    this.document.goOn(this.#room)
    this.#unsubscribe = this.#room.subscribe(this.#notify)
    this.#notify()
    // Leaving tells the server on its own; nothing here waits for it.
    void left
  }

  #open(): Room {
    return joinRoom({
      room: this.#name,
      user: this.#person,
      watch: this.#watches,
      ...(this.#location === undefined ? {} : { location: this.#location }),
    })
  }

  readonly #notify = (): void => {
    for (const listener of this.#listeners) listener()
  }
}
