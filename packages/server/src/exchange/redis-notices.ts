import { Deafness } from './deafness.js'
import type { Notices, ToldListener } from './exchange.js'
import type { RedisLink } from './redis-link.js'
import { TELL } from './redis-scripts.js'

/** What nodes tell each other: a channel that all of them listen to, on which nothing is kept. */
export class RedisNotices implements Notices {
  readonly #listeners: ToldListener[] = []
  readonly #deafness = new Deafness()
  #isListening = false
  #isTrying = false

  constructor(private readonly link: RedisLink<unknown>) {}

  async tell(notice: string): Promise<void> {
    const { link } = this
    await link.ask(TELL, [link.keys.notices], [`${link.node} ${notice}`])
  }

  onTold(listener: ToldListener): void {
    this.#listeners.push(listener)
  }

  /** Listens, and again where nothing can arrive. Call it now and then. */
  look(): void {
    const { link } = this
    const isDeaf = this.#deafness.isLong(link.hearsFrom(link.keys.notices), link.surroundings.now())
    if ((this.#isListening && !isDeaf) || this.#isTrying) return
    this.#isTrying = true
    // If it fails, it is tried again the next time.
    this.#listen()
      .catch(() => {})
      .finally(() => {
        this.#isTrying = false
      })
  }

  /** Something may not have arrived. */
  missed(): void {
    this.#tell(undefined)
  }

  async #listen(): Promise<void> {
    const { link } = this
    this.#isListening = false
    link.unsubscribe(link.keys.notices, this.#hear)
    await link.subscribe(link.keys.notices, this.#hear)
    this.#isListening = true
    this.missed()
  }

  readonly #hear = (message: string): void => {
    const end = message.indexOf(' ')
    if (message.slice(0, end) !== this.link.node) this.#tell(message.slice(end + 1))
  }

  #tell(notice: string | undefined): void {
    for (const listener of this.#listeners) listener(notice)
  }
}
