import { joinRoom, type Room, type RoomSnapshot } from '@whereabouts/client'
import { RoomProvider } from '@whereabouts/client/yjs'
import { Doc } from 'yjs'

/** The room in which all of it happens. */
export const ROOM = 'chaos'

/** Somebody in the room, with the project's own client, who keeps count of what they see go wrong. */
export class Person {
  readonly room: Room
  /** How often somebody who was there all the time was seen to be gone. */
  flickers = 0
  /** How often the stream was lost. */
  interruptions = 0
  #seen: RoomSnapshot

  /** @param moves whether what they say of where they are is the time at which they say it */
  constructor(
    url: string,
    readonly name: string,
    readonly moves: boolean,
  ) {
    // 300 of them share a processor, which has better things to do than to unpack.
    const headers = () => ({ 'accept-encoding': 'identity' })
    this.room = joinRoom({ url, room: ROOM, user: { name }, location: nowMs(), headers })
    this.#seen = this.room.getSnapshot()
    this.room.subscribe(() => this.#look())
  }

  /** `null` until the server has said it. */
  get id(): string | null {
    return this.#seen.self
  }

  move(): void {
    this.room.move(nowMs())
  }

  /**
   * What is wrong with what they see, if anything is: they should see all of these online, where they
   * were no longer ago than that, and nobody else.
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

  /** All that they see, as text: the same for everybody once nothing changes any more. */
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

/** Somebody who writes into the document as well, and has a copy of it. */
export class Writer extends Person {
  readonly doc = new Doc()
  readonly #written: string[] = []
  // In the same go as the room, so that its stream has the document from the beginning.
  readonly #provider = new RoomProvider(this.room, this.doc)

  write(): void {
    const entry = `${this.doc.clientID}:${this.#written.length}`
    this.#written.push(entry)
    this.doc.getMap('writes').set(entry, true)
  }

  /** What they wrote; resolves when all of it is acknowledged. */
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

/** Nobody leaves of their own accord. */
function countGone({ members: before }: RoomSnapshot, { members: now }: RoomSnapshot): number {
  // They are in the order in which they came, so that mostly the same are in the same places.
  if (before.every(({ id }, at) => now[at]?.id === id)) return 0
  const here = new Set(now.map(({ id }) => id))
  return before.filter(({ id }) => !here.has(id)).length
}
