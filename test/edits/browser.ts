import { joinRoom, type Room } from '@whereabouts/client'
import { RoomProvider } from '@whereabouts/client/yjs'
import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs'
import type { Random } from '../simulation/random.js'
import { BadLine } from './bad-line.js'

const ROOM = 'edits'
const MOST_TABS = 3
const LONGEST_TEXT = 300

/** One tab, with a list of its edits. */
interface Tab {
  readonly room: Room
  readonly provider: RoomProvider
}

/**
 * A browser with tabs of one document, which share the browser's stored copy. The copy may be lost
 * at any time while an open tab can write it again.
 */
export class Browser {
  /** All edits made here, one entry per edit; no entry is ever deleted. */
  readonly written: string[] = []
  readonly line: BadLine
  readonly #url: string
  readonly #name: string
  readonly #random: Random
  readonly #closing: Promise<unknown>[] = []
  #tabs: Tab[] = []
  #kept = new Doc()

  constructor(url: string, name: string, random: Random) {
    this.#url = url
    this.#name = name
    this.#random = random
    this.line = new BadLine(random)
    this.open()
  }

  /** The documents of all tabs. */
  get docs(): Doc[] {
    return this.#tabs.map(({ provider }) => provider.doc)
  }

  /** Whether each tab and the server have the same content. */
  get isAtRest(): boolean {
    return this.#tabs.every(({ provider }) => provider.synced && provider.saved)
  }

  /** The entries that a tab reported as saved. */
  get acknowledged(): string[] {
    const atRest = this.#tabs.filter(({ provider }) => provider.synced && provider.saved)
    return atRest.flatMap(({ provider }) => entriesIn(provider.doc))
  }

  get problems(): unknown[] {
    return this.#tabs.flatMap(({ provider }) => provider.problem ?? [])
  }

  act(): void {
    const dice = this.#random.next()
    if (dice < 0.92 && this.#tabs.length > 0) this.#write(this.#random.pick(this.#tabs))
    else if (dice < 0.95 && this.#tabs.length > 0) this.#clear()
    else if (dice < 0.975 && this.#tabs.length > 0) this.#close(this.#random.pick(this.#tabs))
    else if (this.#tabs.length < MOST_TABS) this.open()
  }

  /** Opens another tab with the browser's stored copy. */
  open(): void {
    const doc = new Doc()
    applyUpdate(doc, encodeStateAsUpdate(this.#kept))
    const room = joinRoom({ url: this.#url, room: ROOM, fetch: this.line.fetch })
    this.#tabs.push({ room, provider: new RoomProvider(room, doc) })
  }

  /** Closes all tabs, and resolves when every closed tab has said goodbye. */
  async end(): Promise<void> {
    for (const tab of this.#tabs) this.#close(tab)
    await Promise.all(this.#closing)
  }

  #write({ provider: { doc } }: Tab): void {
    const entry = `${this.#name}:${this.written.length} 👩‍👩‍👧‍👦`
    this.written.push(entry)
    doc.transact(() => {
      const [text, map] = [doc.getText('text'), doc.getMap('map')]
      doc.getArray('written').push([entry])
      if (text.length > LONGEST_TEXT) text.delete(this.#random.below(100), 100)
      text.insert(this.#random.below(text.length + 1), 'abc')
      map.set(`key ${this.#random.below(7)}`, BigInt(this.written.length))
      map.delete(`key ${this.#random.below(7)}`)
    })
    if (this.#random.chance(0.8)) this.#keep()
  }

  /** Clears the site's data, unless a closed tab left edits there that no other tab has. */
  #clear(): void {
    const inTabs = new Set(this.docs.flatMap(entriesIn))
    if (entriesIn(this.#kept).every((entry) => inTabs.has(entry))) this.#kept = new Doc()
  }

  #close(tab: Tab): void {
    this.#keep()
    this.#tabs = this.#tabs.filter((other) => other !== tab)
    this.#closing.push(tab.provider.destroy().then(() => tab.room.leave()))
  }

  #keep(): void {
    for (const doc of this.docs) applyUpdate(this.#kept, encodeStateAsUpdate(doc))
  }
}

function entriesIn(doc: Doc): string[] {
  return doc.getArray<string>('written').toArray()
}
