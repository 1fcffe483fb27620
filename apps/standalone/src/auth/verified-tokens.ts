import { hash } from 'node:crypto'

/** How many are remembered at least; at most twice that. */
const REMEMBERED = 10_000
/** So that a key that was withdrawn doesn't count for much longer. */
const MOST_MS = 60_000

interface Known<T> {
  readonly value: T
  readonly untilMs: number
}

/**
 * What verified tokens say, since verifying one costs several times what a whole post does. Tokens are
 * known by their hash, so that none of them is kept. Which were used lately is known by halves: when
 * the new half is full, the old one goes.
 */
export class VerifiedTokens<T> {
  #recent = new Map<string, Known<T>>()
  #older = new Map<string, Known<T>>()

  constructor(private readonly now: () => number = Date.now) {}

  /** What a token says that was verified lately and hasn't expired. */
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
