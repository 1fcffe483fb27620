import type { Map as YMap, YMapEvent } from 'yjs'
import {
  type Comment,
  type Head,
  LIMITS,
  readComment,
  readEnd,
  readHead,
  type Thread,
} from './comment.js'

const TEXT = '/text'

/**
 * What can be read of the comments on a page. Each entry is read once, and of those that aren't shown only the
 * beginning: a stranger may have written hundreds of thousands, and changes one again and again.
 *
 * @see PAGE.md PG67, OFFICE.md CM11
 */
export class CommentEntries {
  readonly #map: YMap<unknown>
  readonly #heads = new Map<string, Head>()
  /** All of them, the oldest first, but for the new ones. */
  #inOrder: readonly Head[] = []
  #isNew: Head[] = []
  /** Those that were read, by their ids. */
  readonly #comments = new Map<string, Comment | undefined>()

  constructor(map: YMap<unknown>) {
    this.#map = map
    for (const [key, value] of map) this.#read(key, value)
    map.observe(({ changes }: YMapEvent<unknown>) => {
      for (const key of changes.keys.keys()) this.#read(key, map.get(key))
    })
  }

  #read(key: string, value: unknown): void {
    this.#comments.delete(key.endsWith(TEXT) ? key.slice(0, -TEXT.length) : key)
    const head = readHead(key, value)
    if (head === undefined) return void this.#heads.delete(key)
    this.#heads.set(key, head)
    this.#isNew.push(head)
  }

  /** Returns all threads that count, the oldest first. */
  threads(): readonly Thread[] {
    const inOrder = this.#sorted()
    const replies = repliesIn(inOrder)
    const threads: Thread[] = []
    for (const head of inOrder) {
      const thread = this.#threadOf(head, replies.get(head.id) ?? [])
      if (thread !== undefined) threads.push(thread)
      if (threads.length === LIMITS.threads) break
    }
    return threads
  }

  /** What is nearly sorted is sorted quickly. */
  #sorted(): readonly Head[] {
    const isCurrent = (head: Head) => this.#heads.get(head.id) === head
    if (this.#inOrder.length + this.#isNew.length > 0) {
      const all = [...this.#inOrder.filter(isCurrent), ...this.#isNew.filter(isCurrent)]
      this.#inOrder = all.toSorted(byAge)
      this.#isNew = []
    }
    return this.#inOrder
  }

  /** Returns a thread that isn't empty. */
  #threadOf(head: Head, replies: readonly Head[]): Thread | undefined {
    const { id, anchor } = head
    if (anchor === undefined) return undefined
    const comments: Comment[] = []
    for (const each of [head, ...replies]) {
      const comment = this.#commentOf(each)
      if (comment !== undefined) comments.push(comment)
      if (comments.length === LIMITS.comments) break
    }
    if (comments.length === 0) return undefined
    return { id, anchor, comments, resolved: readEnd(this.#map.get(`${id}/resolved`)) }
  }

  #commentOf(head: Head): Comment | undefined {
    if (this.#comments.has(head.id)) return this.#comments.get(head.id)
    const comment = readComment(head, this.#map.get(head.id + TEXT))
    this.#comments.set(head.id, comment)
    return comment
  }
}

/** Returns the replies to each thread, the oldest first. */
function repliesIn(inOrder: readonly Head[]): ReadonlyMap<string, readonly Head[]> {
  const replies = new Map<string, Head[]>()
  for (const head of inOrder) {
    const { thread } = head
    if (thread === undefined) continue
    const others = replies.get(thread)
    if (others === undefined) replies.set(thread, [head])
    else others.push(head)
  }
  return replies
}

/** The same order for everybody, whatever their clocks. */
const byAge = (one: Head, other: Head): number =>
  one.atMs - other.atMs || (one.id < other.id ? -1 : 1)
