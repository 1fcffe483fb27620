/** More than end while their tokens could still be used. */
const MOST = 100_000

/** The logins that ended on any node, as far as this one was told. @see PROTOCOL.md AC31, AC42 */
export class EndedLogins {
  readonly #sessions = new Set<string>()

  add(session: string): void {
    this.#sessions.add(session)
    const [oldest] = this.#sessions
    if (this.#sessions.size > MOST) this.#sessions.delete(oldest!)
  }

  has(session: string | undefined): boolean {
    return session !== undefined && this.#sessions.has(session)
  }
}
