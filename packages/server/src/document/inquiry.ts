import { storeFailed } from '../store-failed.js'
import { AccountLines } from './account-lines.js'

/** What was found out about one name; or why nothing was, for the log. */
export type Finding<T> = { readonly found: T } | { readonly fault: string }

/** How to ask about names, and what to do with the answers. */
export interface Asking<T> {
  /** Answers in the order of the names. */
  ask(names: readonly string[]): Promise<readonly Finding<T>[]>
  /** Returns whether an answer is kept for a second, rather than asked for each time. */
  isKept(found: T): boolean
  now(): number
}

/** A question that isn't answered yet. */
interface Question<T> {
  readonly name: string
  readonly answer: Promise<T>
  readonly resolve: (found: T) => void
  readonly reject: (error: unknown) => void
  /** `undefined` while it waits. */
  askedMs: number | undefined
}

interface Kept<T> {
  readonly answer: Promise<T>
  readonly atMs: number
}

/** How many names are asked about together, and how often at once. */
const MOST_TOGETHER = 64
const MOST_AT_ONCE = 4
/** How many questions of one account wait. */
const MOST_OF_ACCOUNT = 1_000
/** Another node's change is here in this time even if nothing was heard of it. */
const KEPT_MS = 1_000
const MOST_KEPT = 10_000

/**
 * Asks about names, such as those of rooms, many of them together. Equal questions share one answer.
 *
 * Accounts take turns, and each has a bound of its own, so that one with thousands of questions delays
 * nobody else's.
 *
 * @see PROTOCOL.md DO59, DO60
 */
export class Inquiry<T> {
  /** Those that the same question joins. */
  readonly #open = new Map<string, Question<T>>()
  readonly #waiting = new AccountLines<Question<T>>()
  readonly #kept = new Map<string, Kept<T>>()
  #asking = 0

  constructor(private readonly asking: Asking<T>) {}

  /** @param account who asks @throws {Problem} store-failed */
  about(name: string, account: string): Promise<T> {
    const kept = this.#kept.get(name)
    if (kept !== undefined && this.asking.now() - kept.atMs < KEPT_MS) return kept.answer
    const question = this.#open.get(name) ?? newQuestion<T>(name)
    if (question.askedMs !== undefined) return question.answer
    if (!this.#wait(question, account)) {
      return Promise.reject(storeFailed())
    }
    this.#open.set(name, question)
    this.#send()
    return question.answer
  }

  /** What was asked until now no longer counts. @param name all names without it */
  outdate(name?: string): void {
    if (name !== undefined) {
      this.#kept.delete(name)
      this.#open.delete(name)
    } else {
      this.#kept.clear()
      this.#open.clear()
    }
  }

  /** It may wait for another account already, whose turn may come later. */
  #wait(question: Question<T>, account: string): boolean {
    if (this.#waiting.has(account, question)) return true
    if (this.#waiting.count(account) >= MOST_OF_ACCOUNT) return false
    this.#waiting.add(account, question)
    return true
  }

  #send(): void {
    while (this.#asking < MOST_AT_ONCE && !this.#waiting.isEmpty) void this.#ask(this.#take())
  }

  #take(): readonly Question<T>[] {
    const taken: Question<T>[] = []
    while (taken.length < MOST_TOGETHER && !this.#waiting.isEmpty) {
      const question = this.#waiting.take()!
      question.askedMs = this.asking.now()
      taken.push(question)
    }
    return taken
  }

  async #ask(questions: readonly Question<T>[]): Promise<void> {
    this.#asking += 1
    try {
      const findings = await this.asking.ask(questions.map(({ name }) => name))
      for (const [index, question] of questions.entries()) this.#settle(question, findings[index]!)
    } catch (error) {
      for (const question of questions) {
        this.#close(question)
        question.reject(error)
      }
    } finally {
      this.#asking -= 1
      this.#send()
    }
  }

  #settle(question: Question<T>, finding: Finding<T>): void {
    const isCurrent = this.#close(question)
    if ('fault' in finding) return question.reject(storeFailed(finding.fault))
    if (isCurrent && this.asking.isKept(finding.found)) this.#keep(question)
    question.resolve(finding.found)
  }

  /** Returns whether the answer still counts. */
  #close(question: Question<T>): boolean {
    return this.#open.get(question.name) === question && this.#open.delete(question.name)
  }

  #keep({ name, answer, askedMs }: Question<T>): void {
    this.#kept.delete(name)
    this.#kept.set(name, { answer, atMs: askedMs! })
    if (this.#kept.size > MOST_KEPT) this.#kept.delete(this.#kept.keys().next().value!)
  }
}

function newQuestion<T>(name: string): Question<T> {
  let resolve!: Question<T>['resolve']
  let reject!: Question<T>['reject']
  const answer = new Promise<T>((...both) => {
    ;[resolve, reject] = both
  })
  return { name, answer, resolve, reject, askedMs: undefined }
}
