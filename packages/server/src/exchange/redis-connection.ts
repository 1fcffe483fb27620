import type { Script } from './redis-scripts.js'

/** The reply of a script. */
export type Reply = null | number | string | readonly Reply[]

/** Called with each message. */
export type Listener = (message: string) => void

/** The commands sent to Redis, whether it is one server or many. */
export interface RedisConnection {
  /** Whether messages can arrive at all. */
  readonly hears: boolean

  /** Why messages couldn't arrive the last time. */
  readonly fault: string

  /** Returns whether messages of a subscribed channel can arrive. */
  hearsFrom(channel: string): boolean

  /**
   * Connects, and again whenever it is lost.
   *
   * @param returned called when it is there and hears, and again when messages may have been missed
   */
  open(returned: () => void): void

  /** @throws {Error} at once if there is no connection */
  run(script: Script, keys: readonly string[], args: readonly string[]): Promise<Reply>

  /** Also after the connection was lost and is back. */
  subscribe(channel: string, listener: Listener): Promise<void>

  unsubscribe(channel: string, listener: Listener): Promise<void>

  close(): void
}

/** Asks the other side so often whether it is there, where nothing else is asked. */
const PING_MS = 1_000
/** A connection that is silent for so long is replaced. */
const SILENCE_MS = 3_000
const CONNECT_MS = 1_000
const BACKOFF_LEAST_MS = 50
const BACKOFF_MOST_MS = 1_000

const retryMs = (retries: number): number => backoffMs(retries, Math.random())

/** The options of every Redis client. */
const CLIENT_OPTIONS = {
  // What can't be sent now is refused now: its time would be over when it could.
  disableOfflineQueue: true,
  pingInterval: PING_MS,
  // Each waiting call has a timer of its own.
  commandOptions: { timeout: 0 },
  socket: { connectTimeout: CONNECT_MS, socketTimeout: SILENCE_MS, reconnectStrategy: retryMs },
} as const

/** How to speak to a server. */
export interface ServerLogin {
  readonly tls: boolean
  readonly username: string | undefined
  readonly password: string | undefined
}

/** Options of a client that speaks to servers so. */
export function clientOptions({ tls, username, password }: ServerLogin) {
  const { socket } = CLIENT_OPTIONS
  return {
    ...CLIENT_OPTIONS,
    socket: tls ? { ...socket, tls } : { ...socket },
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  }
}

/**
 * How long to wait before the next attempt: longer each time, and by chance, so that not all come at once.
 *
 * @param random from 0 up to 1
 */
export function backoffMs(retries: number, random: number): number {
  const mostMs = Math.min(BACKOFF_MOST_MS, BACKOFF_LEAST_MS * 2 ** retries)
  return BACKOFF_LEAST_MS + random * (mostMs - BACKOFF_LEAST_MS)
}

/** Runs a script by its name, or whole where Redis doesn't know it. */
export async function runScript(
  send: (args: string[]) => Promise<Reply>,
  script: Script,
  keys: readonly string[],
  args: readonly string[],
): Promise<Reply> {
  const rest = [String(keys.length), ...keys, ...args]
  try {
    return await send(['EVALSHA', script.sha1, ...rest])
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
    return send(['EVAL', script.text, ...rest])
  }
}
