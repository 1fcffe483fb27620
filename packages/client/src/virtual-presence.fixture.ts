/** What a member says of its being there. */
export interface Said {
  readonly withinMs: number
  readonly polls: boolean
}

/** As what a server shows a member to the others, in virtual time. @see PROTOCOL.md MB2, MB3, CO2, CO5, CO11 */
export class Presence {
  #connections = 0
  #said: Said = { withinMs: Infinity, polls: false }
  #isOnline = false
  #dueMs = Infinity

  /** @param away called with the time at which the member was shown as away */
  constructor(private readonly away: (atMs: number) => void) {}

  /** Until when the member is online if nothing more is heard of it. */
  get onlineUntilMs(): number {
    return this.#isOnline ? this.#dueMs : -Infinity
  }

  opened(nowMs: number, said: Said): void {
    this.said(nowMs, said)
    this.#connections += 1
  }

  closed(nowMs: number): void {
    this.#expire(nowMs)
    this.#connections -= 1
    if (this.#connections > 0 || !this.#isOnline) return
    if (this.#said.polls) this.#dueMs = nowMs + this.#said.withinMs
    else this.#lose(nowMs)
  }

  said(nowMs: number, said: Said): void {
    this.#expire(nowMs)
    this.#said = said
    this.#isOnline = true
    this.#dueMs = nowMs + said.withinMs
  }

  /** The server ends, and forgets everybody. */
  forget(): void {
    this.#connections = 0
    this.#isOnline = false
  }

  #expire(nowMs: number): void {
    if (this.#isOnline && this.#dueMs <= nowMs) this.#lose(this.#dueMs)
  }

  #lose(atMs: number): void {
    this.#isOnline = false
    this.away(atMs)
  }
}
