import { Problem } from '@whereabouts/protocol'
import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { applyUpdate, Doc, encodeStateAsUpdate, encodeStateVector } from 'yjs'
import { Random } from '../../../../test/simulation/random.js'
import { seedsOf, size } from '../../../../test/size.js'
import { DocumentKeeper } from './keeper.js'
import { MemoryStore } from './memory-store.js'
import type { DocumentStore } from './store.js'

// Several keepers of one store, as of several nodes, with people who write at each and one who contradicts them.

const SEEDS = seedsOf('KEEPERS_SEED', size(60, 600))
const PATIENCE_MS = size(60_000, 300_000)
const LIMITS = { maxDocumentBytes: 10_000_000, maxLoadedDocumentBytes: 10_000_000, keepDeleted: [] }
const KEEPERS = 3
const WORDS = 12
/** A client id that nobody has but those who contradict each other. */
const COMMON = 77

/** The turns of the event loop that something on its way may take. */
const MOST_TURNS = 6

/** A store that takes its time, before and after its work. */
class SlowStore extends MemoryStore {
  constructor(private readonly pause: () => Promise<void>) {
    super()
  }

  override load(...args: Parameters<MemoryStore['load']>) {
    return this.#slowly(() => super.load(...args))
  }

  override later(...args: Parameters<MemoryStore['later']>) {
    return this.#slowly(() => super.later(...args))
  }

  override append(...args: Parameters<MemoryStore['append']>) {
    return this.#slowly(() => super.append(...args))
  }

  async #slowly<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.pause()
    const result = await work()
    await this.pause()
    return result
  }
}

/** Nodes with one store, and what they tell each other. */
class Nodes {
  readonly store: DocumentStore
  readonly keepers: readonly DocumentKeeper[]
  readonly accepted: string[] = []
  #telling: Promise<unknown> = Promise.resolve()

  constructor(private readonly random: Random) {
    this.store = new SlowStore(() => this.pause())
    const newKeeper = () => new DocumentKeeper(this.store, LIMITS, () => performance.now())
    this.keepers = Array.from({ length: KEEPERS }, newKeeper)
  }

  /** Waits for a few turns of the event loop. */
  async pause(): Promise<void> {
    for (let turns = this.random.below(MOST_TURNS); turns > 0; turns--) await setImmediate()
  }

  /** Posts an update that adds a word. Returns whether it was accepted. */
  async post(at: number, word: string, bytes: Uint8Array): Promise<boolean> {
    for (;;) {
      try {
        const { place } = await this.keepers[at]!.update('one', bytes)
        this.accepted.push(word)
        this.#tell(at, bytes, place)
        return true
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        if (error.problem === 'store-failed') continue
        expect(error.extensions).toEqual({ reason: 'clock-taken' })
        return false
      }
    }
  }

  /** Resolves when all nodes have heard everything. */
  async told(): Promise<void> {
    let telling: Promise<unknown> | undefined
    while (telling !== this.#telling) {
      telling = this.#telling
      await telling
    }
  }

  async textOf(at: number): Promise<string> {
    return textIn(await this.keepers[at]!.read('one', undefined))
  }

  /** Nodes hear of what others stored late, and now and then only that there is something. */
  #tell(from: number, bytes: Uint8Array, place: number | undefined): void {
    const others = this.keepers.filter((_, index) => index !== from)
    const isAnnounced = this.random.chance(0.1)
    const told = others.map(async (keeper) => {
      await this.pause()
      await keeper.learn('one', isAnnounced ? undefined : bytes, place)
    })
    this.#telling = Promise.all([this.#telling, ...told])
  }
}

function textIn(update: Uint8Array): string {
  const doc = new Doc()
  applyUpdate(doc, update)
  return doc.getText('page').toString()
}

/** Returns the update with which a client writes a word at the end of what it has. */
function written(doc: Doc, word: string): Uint8Array {
  const before = encodeStateVector(doc)
  doc.getText('page').insert(doc.getText('page').length, ` ${word}`)
  return encodeStateAsUpdate(doc, before)
}

/** No word begins with another one, which would be no contradiction but its beginning. */
function twoDigits(count: number): string {
  return String(count).padStart(2, '0')
}

function copyOf(doc: Doc, clientID = doc.clientID): Doc {
  const copy = new Doc()
  applyUpdate(copy, encodeStateAsUpdate(doc))
  // Yjs would change an id that it finds in the update.
  return Object.assign(copy, { clientID })
}

/** Writes words one after the other, under another client id once the own one is taken. */
async function write(nodes: Nodes, at: number, victim: { doc: Doc }): Promise<void> {
  for (let count = 0; count < WORDS; count++) {
    const word = `own-${at}-${twoDigits(count)}`
    for (;;) {
      const next = copyOf(victim.doc)
      const isAccepted = await nodes.post(at, word, written(next, word))
      victim.doc = isAccepted ? next : copyOf(victim.doc, victim.doc.clientID + 1_000)
      if (isAccepted) break
    }
    await nodes.pause()
  }
}

/** Writes other words under the client id of somebody who is writing at another node, and under a common one. */
async function contradict(nodes: Nodes, random: Random, victims: readonly { doc: Doc }[]) {
  for (let count = 0; count < WORDS; count++) {
    const at = random.below(KEEPERS)
    const other = (at + 1) % KEEPERS
    const copy = copyOf(victims[other]!.doc)
    await nodes.pause()
    const word = `evil-${twoDigits(count)}`
    await nodes.post(at, word, written(copy, word))
    const common = [at, other].map((place) => {
      const doc = Object.assign(new Doc(), { clientID: COMMON + count })
      return nodes.post(place, `pair-${count}-${place}`, written(doc, `pair-${count}-${place}`))
    })
    const outcomes = await Promise.all(common)
    expect(
      outcomes.filter((isAccepted) => isAccepted),
      'one of a pair',
    ).toHaveLength(1)
  }
}

it.each(SEEDS)(
  '[EX17] nodes have the same document, with all that was accepted, where people contradict each other (seed %i)',
  { timeout: PATIENCE_MS },
  async (seed) => {
    const random = new Random(seed)
    const nodes = new Nodes(random)
    const victims = Array.from({ length: KEEPERS }, (_, index) => {
      return { doc: Object.assign(new Doc(), { clientID: 100 + index }) }
    })
    const writing = victims.map((victim, at) => write(nodes, at, victim))
    await Promise.all([...writing, contradict(nodes, random, victims)])
    await nodes.told()
    const text = textIn(
      await new DocumentKeeper(nodes.store, LIMITS, () => 0).read('one', undefined),
    )
    for (const [at] of nodes.keepers.entries()) expect(await nodes.textOf(at)).toBe(text)
    const words = text.trim().split(' ')
    expect(words.toSorted()).toEqual(nodes.accepted.toSorted())
  },
)
