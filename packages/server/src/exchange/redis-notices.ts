import { Deafness } from './deafness.js'
import type { Notices, ToldListener } from './exchange.js'
import type { RedisLink } from './redis-link.js'
import { TELL } from './redis-scripts.js'

/** Sends notices over a channel that all nodes listen to. Redis doesn't store them. */
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

  /** Subscribes, and subscribes again if messages can't arrive. Call it periodically. */
  look(): void {
    const { link } = this
    const isDeaf = this.#deafness.isLong(link.hearsFrom(link.keys.notices), link.surroundings.now())
    if ((this.#isListening && !isDeaf) || this.#isTrying) return
    this.#isTrying = true
    // After a failure, the next call tries again.
    this.#listen()
      .catch(() => {})
      .finally(() => {
        this.#isTrying = false
      })
  }

  /** Tells the listeners that notices may have been missed. */
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
