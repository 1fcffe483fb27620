import { joinRoom, type Room, type RoomSnapshot } from '@whereabouts/client'
import { RoomProvider } from '@whereabouts/client/yjs'
import { Doc } from 'yjs'

/** The room of the whole test. */
export const ROOM = 'chaos'

/** A member of the room with the project's client, who counts mistakes in their view. */
export class Person {
  readonly room: Room
  /** How many times a member who was there all the time disappeared. */
  flickers = 0
  /** How many times the stream was lost. */
  interruptions = 0
  #seen: RoomSnapshot

  /** @param moves whether the person moves; a location is the time at which it was posted */
  constructor(
    url: string,
    readonly name: string,
    readonly moves: boolean,
  ) {
    // Saves decompression, as 300 clients share a processor.
    const headers = () => ({ 'accept-encoding': 'identity' })
    this.room = joinRoom({ url, room: ROOM, user: { name }, location: nowMs(), headers })
    this.#seen = this.room.getSnapshot()
    this.room.subscribe(() => this.#look())
  }

  /** The member id; `null` until the server has sent it. */
  get id(): string | null {
    return this.#seen.self
  }

  move(): void {
    this.room.move(nowMs())
  }

  /**
   * Returns the mistake in their view, if there is one. They should see exactly these people, all
   * online, and the movers' locations no older than `sinceMs`.
   */
  mistake(people: ReadonlyMap<string, Person>, sinceMs: number): string | undefined {
    const { status, members } = this.#seen
    if (status !== 'online') return `is ${status}`
    if (members.length !== people.size) return `sees ${members.length}`
    for (const member of members) {
      const person = people.get(member.id)
      if (person === undefined) return `sees ${member.user.name}, who is somebody else`
      if (member.status !== 'online') return `sees ${person.name} ${member.status}`
      const lateMs = person.moves ? sinceMs - Number(member.location) : 0
      if (lateMs > 0) return `sees where ${person.name} was ${lateMs.toFixed()} ms too long ago`
    }
    return undefined
  }

  /** Returns the view as text, which is the same for all once nothing changes any more. */
  view(): string {
    return this.#seen.members
      .map(({ id, user, location, status }) => JSON.stringify([id, user, location, status]))
      .toSorted()
      .join('\n')
  }

  #look(): void {
    const before = this.#seen
    this.#seen = this.room.getSnapshot()
    if (this.#seen.status === 'closed') return
    if (before.status === 'online' && this.#seen.status !== 'online') this.interruptions += 1
    this.flickers += countGone(before, this.#seen)
  }
}

/** A person who also writes into a copy of the document. */
export class Writer extends Person {
  readonly doc = new Doc()
  readonly #written: string[] = []
  // Created synchronously after `joinRoom()`, so that the stream includes the document from the start.
  readonly #provider = new RoomProvider(this.room, this.doc)

  write(): void {
    const entry = `${this.doc.clientID}:${this.#written.length}`
    this.#written.push(entry)
    this.doc.getMap('writes').set(entry, true)
  }

  /** Resolves with everything that they wrote, when all of it is acknowledged. */
  async written(): Promise<readonly string[]> {
    if (!this.#provider.saved) {
      await new Promise<void>((resolve) => {
        this.#provider.on('saved', (isSaved) => isSaved && resolve())
      })
    }
    return this.#written
  }
}

function nowMs(): number {
  return Math.round(performance.now())
}

/** Counts the members who disappeared, as nobody leaves voluntarily. */
function countGone({ members: before }: RoomSnapshot, { members: now }: RoomSnapshot): number {
  // A fast path: members are in order of joining, so positions rarely change.
  if (before.every(({ id }, at) => now[at]?.id === id)) return 0
  const here = new Set(now.map(({ id }) => id))
  return before.filter(({ id }) => !here.has(id)).length
}
