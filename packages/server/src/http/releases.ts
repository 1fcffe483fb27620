import type { ServerResponse } from 'node:http'

/**
 * What to release when a response closes, however it closes.
 *
 * Tens of thousands of responses are open at a time. So each has one listener, and that keeps nothing else
 * of the call alive.
 */
export class Releases {
  #releases: readonly (() => void)[] = []

  constructor(private readonly response: ServerResponse) {
    response.on('close', this.#run)
  }

  /** Adds what to release; does so at once if the response has closed. */
  add(release: () => void): void {
    if (this.response.closed) release()
    // Unlike one that grows, it has no space for sixteen more.
    else this.#releases = this.#releases.concat(release)
  }

  readonly #run = (): void => {
    for (const release of this.#releases) release()
    this.#releases = []
  }
}
