import type { Socket } from 'node:net'
import type { Call } from './call.js'

/** How many calls of one connection may wait for their turn. Browsers and proxies send one at a time. */
const MAX_BEHIND = 16

/**
 * Serves the pipelined calls of an HTTP/1.1 connection one after another. Node passes all of them on at
 * once, and doesn't tell a waiting response that the connection has closed, so a stream would be held
 * forever.
 *
 * @see PROTOCOL.md FR15
 */
export class Turns {
  readonly #behind = new WeakMap<Socket, Set<() => void>>()

  /** Returns whether an earlier call of the same connection is still unanswered. */
  isBehind({ response }: Call): boolean {
    return response.socket === null
  }

  /** Resolves with `true` when it is the call's turn, or with `false` when its connection has ended. */
  async turnOf({ request: { socket }, response }: Call): Promise<boolean> {
    const behind = this.#behindIn(socket)
    if (behind.size >= MAX_BEHIND) socket.destroy()
    if (socket.destroyed) return false
    await new Promise<void>((resolve) => {
      behind.add(resolve)
      response.once('socket', () => {
        behind.delete(resolve)
        resolve()
      })
    })
    return !socket.destroyed
  }

  #behindIn(socket: Socket): Set<() => void> {
    const known = this.#behind.get(socket)
    if (known !== undefined) return known
    const behind = new Set<() => void>()
    this.#behind.set(socket, behind)
    socket.once('close', () => {
      for (const leave of behind) leave()
    })
    return behind
  }
}
