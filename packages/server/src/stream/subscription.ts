import type { Action, Can, Goodbye, Hello, Problem, View, Whisper } from '@whereabouts/protocol'
import type { Kept } from './connections.js'
import type { Frame } from './frame.js'
import type { Reader } from './frames.js'
import type { Look } from './look.js'

/** An event in the shape that Nest's `@Sse()` routes emit. */
interface Message {
  readonly id?: string
  readonly type?: string
  readonly data?: string
  readonly retry?: number
  readonly comment?: string
}

/** Receives the events of a subscription. */
export interface Subscriber {
  next(message: Message): void
  error(problem: Problem): void
  complete(): void
}

/**
 * A reader inside the process, for an application's own route that writes the events.
 *
 * Every event has the position as its id, even events that change nothing. Nest numbers events without an
 * id, and a reader that resumes with such a number has lost its place.
 */
export class Subscription implements Reader, Kept {
  readonly transport = 'process'
  readonly view: View
  readonly documents: boolean
  readonly part: string | undefined
  readonly ready = true

  /**
   * @param wanted which events it gets
   * @param position the position that it resumes from; without it, it starts from the beginning
   */
  constructor(
    wanted: Look,
    public version: number | undefined,
    private position: string,
    private readonly subscriber: Subscriber,
  ) {
    this.view = wanted.view
    this.documents = wanted.documents
    this.part = wanted.part
  }

  open(hello: Hello): void {
    if (this.view === 'patch') this.#next('hello', hello)
  }

  send(frame: Frame): void {
    for (const { event, data, id = this.position } of frame.messages()) {
      this.position = id
      this.subscriber.next(event === undefined ? { id, data } : { id, type: event, data })
    }
  }

  ping(): void {
    if (this.view === 'patch') this.#next('ping', {})
    else this.subscriber.next({ comment: '' })
  }

  allow(can: readonly Action[]): void {
    if (this.view === 'patch') this.#next('can', { can } satisfies Can)
  }

  whisper(whisper: Whisper): void {
    if (this.view === 'patch') this.#next('whisper', whisper)
  }

  goodbye(goodbye: Goodbye): void {
    if (this.view === 'patch') this.#next('goodbye', goodbye)
  }

  end(): void {
    this.subscriber.complete()
  }

  /** Its only member is the reader. */
  expel(_member: string, problem: Problem): void {
    this.fail(problem)
  }

  fail(problem: Problem): void {
    this.subscriber.error(problem)
  }

  destroy(): void {
    this.subscriber.complete()
  }

  #next(type: string, data: object): void {
    this.subscriber.next({ id: this.position, type, data: JSON.stringify(data) })
  }
}
