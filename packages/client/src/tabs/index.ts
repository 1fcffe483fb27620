import type { Transports } from '../connection.js'
import { isHidden, isInPage } from '../page.js'
import { randomKey } from '../random-key.js'
import type { SharedRoom, Sharing } from '../sharing.js'
import type { Transport } from '../transport.js'
import { channelOf } from './channel.js'
import { errorOf } from './ends.js'
import type { Kind } from './messages.js'
import { openRuns } from './streams.js'
import { Tab } from './tab.js'

export type { SharedRoom, Sharing } from '../sharing.js'

/** How rooms are shared. */
export interface SharingOptions {
  /**
   * Names the credentials that `headers` or `fetch` give, such as the id of their user: only tabs with the
   * same name share a connection. Without it, rooms with `headers` or a `fetch` of their own share nothing.
   */
  readonly credentials?: string
}

/** Tabs of different versions of this package don't understand each other. */
const FORMAT = 1
/** How long a room that was told to have its own ways does so. */
const ALONE_MS = 300_000

/**
 * Returns how rooms share one connection: those of this page, and those of all other tabs of this browser
 * with the same origin, server and credentials. So a browser holds one stream for each server, however many
 * tabs are open, where it holds six at most over HTTP/1.1. Each room stays a member of its own.
 *
 * Where there is no `BroadcastChannel`, outside of a page, and with a server that doesn't offer it, each
 * room has a connection of its own.
 *
 * @example
 * const room = joinRoom({ room: 'budget', sharing: acrossTabs() })
 * @see PROTOCOL.md CL74 to CL83
 */
export function acrossTabs({ credentials }: SharingOptions = {}): Sharing {
  return (room) => {
    const isPlain = credentials === undefined && !room.isPlain
    if (isPlain || !isInPage() || typeof BroadcastChannel === 'undefined') return room.own
    return pageOf(JSON.stringify([room.base, credentials ?? null])).transports(room)
  }
}

const pages = new Map<string, SharedPage>()

function pageOf(name: string): SharedPage {
  const page = pages.get(name) ?? new SharedPage(`whereabouts:${FORMAT}:${name}`)
  pages.set(name, page)
  return page
}

/** The rooms of this page that share a connection. */
class SharedPage {
  readonly #tab: Tab
  #request: SharedRoom['request'] | undefined
  /** Until when a room has its own ways. CL81 */
  readonly #aloneUntilMs = new WeakMap<SharedRoom, number>()

  constructor(name: string) {
    const self = `${Date.now().toString(36)}-${randomKey().slice(0, 12)}`
    this.#tab = new Tab({
      self,
      isHidden,
      nowMs: () => performance.now(),
      random: () => Math.random(),
      after: (ms, run) => {
        const timer = setTimeout(run, ms)
        return () => clearTimeout(timer)
      },
      connect: (receive) => channelOf(name, self, receive),
      open: openRuns(() => this.#request!),
    })
    window.addEventListener('pagehide', () => this.#tab.leave())
    document.addEventListener('freeze', () => this.#tab.sleep())
    document.addEventListener('resume', () => this.#tab.wake())
  }

  /** Returns the ways to a room's events: a shared stream, and a shared long-poll. */
  transports(room: SharedRoom): Transports {
    return {
      stream: this.#shared('stream', room, room.own.stream),
      // There is one kind of shared stream. What failed may be its leader: by now another tab may lead.
      'post-stream': this.#shared('stream', room, room.own['post-stream']),
      'long-poll': this.#shared('poll', room, room.own['long-poll']),
    }
  }

  #isAlone(room: SharedRoom): boolean {
    return performance.now() < (this.#aloneUntilMs.get(room) ?? 0)
  }

  #shared(kind: Kind, room: SharedRoom, own: Transport): Transport {
    return async (receive, signal) => {
      await room.ready
      const isRead = !this.#isAlone(room) && (await this.#read(kind, room, receive, signal))
      if (!isRead) await own(receive, signal)
    }
  }

  /** Reads a room together with others; resolves with `false` if it is to be read alone. */
  #read(
    kind: Kind,
    room: SharedRoom,
    receive: Parameters<Transport>[0],
    signal: AbortSignal,
  ): Promise<boolean> {
    this.#request = room.request
    return new Promise((resolve, reject) => {
      if (signal.aborted) return resolve(true)
      if (kind === 'poll') room.renew()
      const cancel = this.#tab.want({
        kind,
        subscription: room.subscription,
        position: room.position,
        waitMs: room.waitMs(),
        receive: (event) => {
          // A poll joins nobody, so posts keep the lease.
          if (kind === 'poll' && event.kind === 'ping') room.renew()
          receive(event)
        },
        ended: (end) => {
          if (end.kind === 'alone') {
            this.#aloneUntilMs.set(room, performance.now() + ALONE_MS)
            return resolve(false)
          }
          const error = errorOf(end)
          if (error === undefined) resolve(true)
          else reject(error)
        },
      })
      signal.addEventListener('abort', () => {
        cancel()
        resolve(true)
      })
    })
  }
}
