import { hash } from 'node:crypto'

/** The least number of remembered tokens; at most twice as many are. */
const REMEMBERED = 10_000
/** Short, so that tokens of a withdrawn key are soon refused. */
const MOST_MS = 60_000

interface Known<T> {
  readonly value: T
  readonly untilMs: number
}

/**
 * Caches the claims of verified tokens, as verifying one costs several times as much as a whole post.
 * Tokens are identified by their hash, so none of them is stored. The cache has two halves: when the
 * new half is full, the old one is dropped.
 */
export class VerifiedTokens<T> {
  #recent = new Map<string, Known<T>>()
  #older = new Map<string, Known<T>>()

  constructor(private readonly now: () => number = Date.now) {}

  /** Returns the claims of a token that was verified recently and hasn't expired. */
  get(token: string): T | undefined {
    const name = nameOf(token)
    const known = this.#recent.get(name) ?? this.#older.get(name)
    return known !== undefined && this.now() < known.untilMs ? known.value : undefined
  }

  /** @param expiresAtMs when the token ends */
  add(token: string, value: T, expiresAtMs: number): void {
    if (this.#recent.size >= REMEMBERED) {
      this.#older = this.#recent
      this.#recent = new Map()
    }
    const untilMs = Math.min(expiresAtMs, this.now() + MOST_MS)
    this.#recent.set(nameOf(token), { value, untilMs })
  }
}

function nameOf(token: string): string {
  return hash('sha256', token, 'base64')
}
