import type { Script } from './redis-scripts.js'

/** The reply of a script. */
export type Reply = null | number | string | readonly Reply[]

/** Called with each message. */
export type Listener = (message: string) => void

/** A connection to Redis, whether one server or many. */
export interface RedisConnection {
  /** Whether messages can currently arrive. */
  readonly hears: boolean

  /** The last reason why messages couldn't arrive. */
  readonly fault: string

  /** Returns whether messages of a subscribed channel can arrive. */
  hearsFrom(channel: string): boolean

  /**
   * Connects, and reconnects whenever the connection is lost.
   *
   * @param returned called when messages can arrive, and again whenever some may have been missed
   */
  open(returned: () => void): void

  /** @throws {Error} immediately, if there is no connection */
  run(script: Script, keys: readonly string[], args: readonly string[]): Promise<Reply>

  /** Subscribes to a channel. The subscription survives reconnects. */
  subscribe(channel: string, listener: Listener): Promise<void>

  unsubscribe(channel: string, listener: Listener): Promise<void>

  close(): void
}

/** How often an idle connection pings the server. */
const PING_MS = 1_000
/** How long a connection may be silent before it is replaced. */
const SILENCE_MS = 3_000
const CONNECT_MS = 1_000
const BACKOFF_LEAST_MS = 50
const BACKOFF_MOST_MS = 1_000

const retryMs = (retries: number): number => backoffMs(retries, Math.random())

/** The options of every Redis client. */
export const CLIENT_OPTIONS = {
  // A queued command would be sent after its deadline, so it fails immediately instead.
  disableOfflineQueue: true,
  pingInterval: PING_MS,
  // Each waiting call has a timer of its own.
  commandOptions: { timeout: 0 },
  socket: { connectTimeout: CONNECT_MS, socketTimeout: SILENCE_MS, reconnectStrategy: retryMs },
} as const

/** The encryption and credentials for a server. */
export interface ServerLogin {
  readonly tls: boolean
  readonly username: string | undefined
  readonly password: string | undefined
}

/** Returns the client options for a login. */
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
 * Returns the delay before the next attempt: exponential, with jitter so that nodes don't reconnect at
 * once.
 *
 * @param random from 0 up to 1
 */
export function backoffMs(retries: number, random: number): number {
  const mostMs = Math.min(BACKOFF_MOST_MS, BACKOFF_LEAST_MS * 2 ** retries)
  return BACKOFF_LEAST_MS + random * (mostMs - BACKOFF_LEAST_MS)
}

/** Runs a script by its hash. Sends the whole script if Redis doesn't know it. */
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
