import type { Goodbye, Hello, View } from '@whereabouts/protocol'
import type { Kept } from './connections.js'
import type { Frame } from './frame.js'
import type { Reader } from './frames.js'

/** An event in the shape that Nest's `@Sse()` routes emit. */
interface Message {
  readonly id?: string
  readonly type?: string
  readonly data?: string
  readonly retry?: number
  readonly comment?: string
}

/** Where the events of a subscription go. */
interface Subscriber {
  next(message: Message): void
  complete(): void
}

/** A reader inside the process, for a route of the application's own that does the writing. */
export class Subscription implements Reader, Kept {
  readonly ready = true

  constructor(
    readonly view: View,
    readonly documents: boolean,
    public version: number | undefined,
    private readonly subscriber: Subscriber,
  ) {}

  open(hello: Hello): void {
    if (this.view === 'patch') this.#next('hello', hello)
  }

  send(frame: Frame): void {
    for (const { event, ...message } of frame.messages()) {
      this.subscriber.next(event === undefined ? message : { ...message, type: event })
    }
  }

  ping(): void {
    if (this.view === 'patch') this.#next('ping', {})
    else this.subscriber.next({ comment: '' })
  }

  goodbye(goodbye: Goodbye): void {
    if (this.view === 'patch') this.#next('goodbye', goodbye)
    this.subscriber.complete()
  }

  destroy(): void {
    this.subscriber.complete()
  }

  #next(type: string, data: object): void {
    this.subscriber.next({ type, data: JSON.stringify(data) })
  }
}
