import { isDeepStrictEqual } from 'node:util'
import { joinRoom, type Room } from '@whereabouts/client'
import { RoomProvider } from '@whereabouts/client/yjs'
import { expect } from 'vitest'
import { applyUpdate, Doc, encodeStateAsUpdate, XmlElement, XmlText } from 'yjs'
import type { Random } from '../simulation/random.js'
import { BadLine } from './bad-line.js'

const ROOM = 'edits'
const ALIKE_WITHIN_MS = 10_000
/** Includes a family emoji, a flag, and a letter with a combining accent. */
const WORDS = ['a', 'déf', '😀', '👩‍👩‍👧‍👦', '🇨🇭', 'é', '字', '\n']

/** Edits every kind of Yjs type, and remembers what the server acknowledged. */
export class Editor {
  readonly #line: BadLine
  readonly #random: Random
  #doc = new Doc()
  #room: Room
  #provider: RoomProvider
  /** All its edits, one entry per edit; no entry is ever deleted. */
  readonly #written: string[] = []
  #acknowledged = 0

  constructor(
    private readonly url: string,
    readonly name: string,
    random: Random,
  ) {
    this.#random = random
    this.#line = new BadLine(random)
    this.#room = this.#join()
    this.#provider = this.#provide()
  }

  get doc(): Doc {
    return this.#doc
  }

  /** Whether it and the server have the same content. */
  get isAtRest(): boolean {
    return this.#provider.synced && this.#provider.saved
  }

  get problem(): unknown {
    return this.#provider.problem
  }

  /** The entries that the server acknowledged. */
  get acknowledged(): readonly string[] {
    return this.#written.slice(0, this.#acknowledged)
  }

  /** Makes a random edit. */
  edit(): void {
    this.#doc.transact(() => {
      const change = this.#random.pick([
        () => this.#editText(),
        () => this.#editMap(),
        () => this.#editArray(),
        () => this.#editPage(),
      ])
      change()
      const entry = `${this.name}:${this.#written.length}`
      this.#doc.getArray('written').push([entry])
      this.#written.push(entry)
    })
  }

  /** Closes the window and opens a new one with the browser's stored copy. */
  async reload(): Promise<void> {
    const kept = encodeStateAsUpdate(this.#doc)
    await this.close()
    this.#doc = new Doc()
    applyUpdate(this.#doc, kept)
    this.#room = this.#join()
    this.#provider = this.#provide()
  }

  mendLine(): void {
    this.#line.isMended = true
  }

  async close(): Promise<void> {
    await this.#provider.destroy()
    await this.#room.leave()
  }

  #join(): Room {
    return joinRoom({ url: this.url, room: ROOM, fetch: this.#line.fetch })
  }

  #provide(): RoomProvider {
    const provider = new RoomProvider(this.#room, this.#doc)
    provider.on('saved', (isSaved) => {
      if (isSaved) this.#acknowledged = this.#written.length
    })
    return provider
  }

  #editText(): void {
    const text = this.#doc.getText('text')
    const characters = [...text.toJSON()]
    const at = this.#random.below(characters.length + 1)
    const index = characters.slice(0, at).join('').length
    const character = characters[at]
    if (character !== undefined && this.#random.chance(0.4)) text.delete(index, character.length)
    else text.insert(index, this.#random.pick(WORDS))
  }

  #editMap(): void {
    const map = this.#doc.getMap('map')
    const key = `key ${this.#random.below(20)}`
    if (this.#random.chance(0.3)) map.delete(key)
    else map.set(key, { word: this.#random.pick(WORDS), number: this.#random.below(1_000) })
  }

  #editArray(): void {
    const array = this.#doc.getArray('array')
    const at = this.#random.below(array.length + 1)
    if (at < array.length && this.#random.chance(0.4)) array.delete(at)
    else array.insert(at, [this.#random.pick(WORDS)])
  }

  #editPage(): void {
    const page = this.#doc.getXmlFragment('page')
    const at = this.#random.below(page.length + 1)
    if (at === page.length) {
      page.push([new XmlElement('block')])
      return
    }
    const block = page.get(at)
    if (!(block instanceof XmlElement)) return
    if (this.#random.chance(0.2)) page.delete(at)
    else if (this.#random.chance(0.3)) block.setAttribute('type', this.#random.pick(WORDS))
    else block.push([new XmlText(this.#random.pick(WORDS))])
  }
}

/** Returns the whole content of a document. */
export function contentsOf(doc: Doc) {
  return {
    written: doc.getArray<string>('written').toArray(),
    text: doc.getText('text').toJSON(),
    map: doc.getMap('map').toJSON(),
    array: doc.getArray('array').toJSON(),
    page: doc.getXmlFragment('page').toString(),
  }
}

/** Returns the content once all documents have what the server has: the last edits may still be on their way to others. */
export async function untilAlike(url: string, docs: readonly Doc[]) {
  const others = async () => {
    const right = contentsOf(await readDocument(url))
    return docs.map(contentsOf).filter((content) => !isDeepStrictEqual(content, right))
  }
  await expect.poll(others, { timeout: ALIKE_WITHIN_MS }).toEqual([])
  return contentsOf(await readDocument(url))
}

/** Fetches the document from the server. */
export async function readDocument(url: string): Promise<Doc> {
  const answer = await fetch(`${url}/rooms/${ROOM}/document`)
  if (!answer.ok) throw new Error(`reading the document: ${answer.status} ${await answer.text()}`)
  const doc = new Doc()
  applyUpdate(doc, new Uint8Array(await answer.arrayBuffer()))
  return doc
}
