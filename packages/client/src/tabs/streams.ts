import type { RoomAnswer, RoomPatch } from '@whereabouts/protocol'
import type { EventSourceMessage } from 'eventsource-parser'
import { checkAnswer, readAnswer } from '../answer.js'
import { BETWEEN_POLLS_MS, report } from '../long-poll.js'
import { Pause } from '../pause.js'
import { endingOf } from '../refusal.js'
import type { SharedRoom } from '../sharing.js'
import { gatherFrames, readMessages } from '../stream.js'
import type { RoomEvent } from '../transport.js'
import { endOf, endOfAll } from './ends.js'
import type { OpenRun, RunListener } from './line.js'
import type { Wish } from './messages.js'

type Request = SharedRoom['request']

/** What a poll says of one room. */
type Polled = { readonly key: string } & (
  | RoomAnswer
  | RoomPatch
  | { readonly problem: { readonly status: number } }
)

/**
 * Returns how to read several rooms with one request, or with one poll after another.
 *
 * @param request returns how to make the call now
 * @see PROTOCOL.md MS1, HT37
 */
export function openRuns(request: () => Request): OpenRun {
  return (kind, wishes, listener, signal) => {
    const read = kind === 'stream' ? readStream : readPolls
    read(request(), wishes, listener, signal).then(
      () => signal.aborted || listener.closed({ kind: 'ended' }),
      (error: unknown) => signal.aborted || listener.closed(endOfAll(error)),
    )
  }
}

async function readStream(
  request: Request,
  wishes: readonly Wish[],
  listener: RunListener,
  signal: AbortSignal,
): Promise<void> {
  const subscriptions = wishes.map((wish) => subscriptionOf(wish, wish.position))
  const response = await request({ subscriptions }, signal)
  checkAnswer(response, 'text/event-stream')
  const events = new Chunk(wishes, listener)
  await readMessages(response.body!, {
    message: (message) => events.take(message),
    retry: (ms) => events.retry(ms),
    read: () => events.pass(),
  })
}

/** Sorts the messages of a stream by their wishes, and passes on what came together. @see PROTOCOL.md MS2 */
class Chunk {
  readonly #listener: RunListener
  readonly #readers: ReadonlyMap<string, (message: EventSourceMessage) => void>
  readonly #came: ReadonlyMap<string, RoomEvent[]>
  readonly #greeted = new Set<string>()
  /** The last one, which comes before the first hello. ST2 */
  #retry: RoomEvent[] = []
  #key = ''

  constructor(wishes: readonly Wish[], listener: RunListener) {
    this.#listener = listener
    this.#came = new Map(wishes.map(({ id }) => [id, []]))
    this.#readers = new Map(
      wishes.map(({ id }) => [id, gatherFrames((event) => this.#add(id, event))]),
    )
  }

  take(message: EventSourceMessage): void {
    const { event, data } = message
    switch (event) {
      case 'on':
        this.#key = (JSON.parse(data) as { readonly key: string }).key
        return
      case 'ping':
        return this.forAll({ kind: 'ping' })
      case 'goodbye':
        return this.#listener.goodbye((JSON.parse(data) as Goodbye).reconnectInMs)
      case 'refused': {
        const problem = JSON.parse(data) as { readonly status: number }
        return this.#listener.ended(this.#key, endOf(endingOf(problem)))
      }
      default:
        return this.#read(message)
    }
  }

  /** Gives the time to wait to all who have had their hello, and to the others behind it. */
  retry(ms: number): void {
    const event: RoomEvent = { kind: 'retry', data: ms }
    this.#retry = [event]
    this.forAll(event)
  }

  /** Gives an event of the whole stream to all who have had their hello. */
  forAll(event: RoomEvent): void {
    for (const id of this.#greeted) {
      // Each room that is resumed may bring a ping of its own. ST17
      if (this.#came.get(id)?.at(-1)?.kind !== event.kind) this.#came.get(id)?.push(event)
    }
  }

  /** Passes on what has come. */
  pass(): void {
    for (const [id, events] of this.#came) {
      if (events.length > 0) this.#listener.brought(id, events.splice(0))
    }
  }

  #add(id: string, event: RoomEvent): void {
    this.#came.get(id)?.push(event)
    if (event.kind !== 'hello') return
    this.#greeted.add(id)
    this.#came.get(id)?.push(...this.#retry)
  }

  #read(message: EventSourceMessage): void {
    try {
      this.#readers.get(this.#key)?.(message)
    } catch (error) {
      // What a `problem` says, after what came before it.
      this.pass()
      this.#listener.ended(this.#key, endOf(error))
    }
  }
}

type Goodbye = { readonly reconnectInMs: number }

async function readPolls(
  request: Request,
  wishes: readonly Wish[],
  listener: RunListener,
  signal: AbortSignal,
): Promise<void> {
  const waitMs = Math.min(...wishes.map((wish) => wish.waitMs))
  const left = new Map(wishes.map((wish) => [wish.id, { wish, position: wish.position }]))
  const pause = new Pause()
  signal.addEventListener('abort', () => pause.end())
  for (let isFirst = true; left.size > 0 && !signal.aborted; isFirst = false) {
    const asked = [...left.values()]
    const subscriptions = asked.map(({ wish, position }) => subscriptionOf(wish, position))
    const answers = await poll(request, { subscriptions, waitMs: isFirst ? 0 : waitMs }, signal)
    for (const [id, of] of left) {
      const answer = answers.get(id)
      if (answer !== undefined && 'problem' in answer) {
        left.delete(id)
        listener.ended(id, endOf(endingOf(answer.problem)))
        continue
      }
      of.position = answer?.id ?? of.position
      const events: RoomEvent[] = isFirst ? [helloOf(waitMs, answer)] : []
      report(answer ?? null, (event) => events.push(event))
      if (!isFirst && answer !== undefined) events.push({ kind: 'ping' })
      listener.brought(id, events)
    }
    await pause.for(BETWEEN_POLLS_MS)
  }
}

async function poll(
  request: Request,
  body: { readonly subscriptions: readonly object[]; readonly waitMs: number },
  signal: AbortSignal,
): Promise<Map<string, Polled>> {
  const response = await request({ poll: true, ...body }, signal)
  if (response.status === 204) return new Map()
  const { subscriptions } = await readAnswer<{ readonly subscriptions: readonly Polled[] }>(
    response,
  )
  return new Map(subscriptions.map((each) => [each.key, each]))
}

function helloOf(waitMs: number, answer: RoomAnswer | RoomPatch | undefined): RoomEvent {
  const can = answer?.can
  return { kind: 'hello', data: { heartbeatMs: waitMs, ...(can && { can }) } }
}

/** @param position where it goes on from */
function subscriptionOf({ id, subscription }: Wish, position: string | null): object {
  return { ...subscription, key: id, since: position ?? undefined }
}
