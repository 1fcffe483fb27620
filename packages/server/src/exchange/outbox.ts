import {
  BATCH_CHARACTERS,
  BATCH_OPERATIONS,
  ExchangeLost,
  WAITING_CHARACTERS,
  WAITING_OPERATIONS,
} from './exchange.js'

/** Operations that were appended together, and the promise of that call. */
interface Entry<T> {
  readonly operations: readonly T[]
  readonly texts: readonly string[]
  readonly characters: number
  readonly resolve: (number: number) => void
  readonly reject: (error: Error) => void
}

/** The operations of one batch. */
export interface Parcel<T> {
  readonly operations: readonly T[]
  /** The encoded operations. */
  readonly texts: readonly string[]
  /** Resolves the appends, once the follower received the batch. */
  delivered(number: number): void
  /** Rejects the appends: the batch wasn't appended, or its outcome is unknown. */
  failed(error: Error): void
}

/** The operations that one node wants to append to one room, gathered into batches. */
export class Outbox<T> {
  #entries: Entry<T>[] = []
  #operations = 0
  #characters = 0

  constructor(private readonly write: (operation: T) => string) {}

  get empty(): boolean {
    return this.#entries.length === 0
  }

  /**
   * @throws {RangeError} if the operations don't fit in one batch
   * @throws {ExchangeLost} if too much waits already
   */
  add(operations: readonly T[]): Promise<number> {
    const texts = operations.map(this.write)
    const characters = checkTexts(texts)
    const full =
      this.#operations + operations.length > WAITING_OPERATIONS ||
      this.#characters + characters > WAITING_CHARACTERS
    if (full && !this.empty) {
      return Promise.reject(new ExchangeLost('too many operations wait for the exchange'))
    }
    this.#operations += operations.length
    this.#characters += characters
    return new Promise((resolve, reject) => {
      this.#entries.push({ operations, texts, characters, resolve, reject })
    })
  }

  /** Returns the operations of the next batch, in order; `undefined` if nothing waits. */
  take(): Parcel<T> | undefined {
    let count = 0
    let operations = 0
    let characters = 0
    for (const entry of this.#entries) {
      const isMore =
        operations + entry.operations.length > BATCH_OPERATIONS ||
        characters + entry.characters > BATCH_CHARACTERS
      if (isMore && count > 0) break
      count += 1
      operations += entry.operations.length
      characters += entry.characters
    }
    if (count === 0) return undefined
    this.#operations -= operations
    this.#characters -= characters
    return new Entries(this.#entries.splice(0, count))
  }

  /** Rejects everything that waits. */
  fail(error: Error): void {
    const entries = this.#entries
    this.#entries = []
    this.#operations = 0
    this.#characters = 0
    for (const { reject } of entries) reject(error)
  }
}

class Entries<T> implements Parcel<T> {
  readonly operations: readonly T[]
  readonly texts: readonly string[]

  constructor(private readonly entries: readonly Entry<T>[]) {
    this.operations = entries.flatMap(({ operations }) => operations)
    this.texts = entries.flatMap(({ texts }) => texts)
  }

  delivered(number: number): void {
    for (const { resolve } of this.entries) resolve(number)
  }

  failed(error: Error): void {
    for (const { reject } of this.entries) reject(error)
  }
}

/** Returns the number of characters. */
function checkTexts(texts: readonly string[]): number {
  if (texts.length === 0) throw new RangeError('a batch has at least one operation')
  if (texts.length > BATCH_OPERATIONS) {
    throw new RangeError(`a batch has at most ${BATCH_OPERATIONS} operations`)
  }
  const characters = texts.reduce((sum, { length }) => sum + length, 0)
  if (characters > BATCH_CHARACTERS && texts.length > 1) {
    throw new RangeError(`a batch of several operations has at most ${BATCH_CHARACTERS} characters`)
  }
  return characters
}
