import type { Socket } from 'node:net'
import type { Call } from './call.js'

/** How many calls of one connection may wait for their turn. Browsers and proxies send one at a time. */
const MAX_BEHIND = 16

/**
 * Takes the calls of a connection of HTTP/1.1 one after the other. Node hands all on at once, and
 * never says of an answer whose turn hasn't come that the connection has closed: a stream in that
 * place would be held for ever.
 *
 * @see PROTOCOL.md FR15
 */
export class Turns {
  readonly #behind = new WeakMap<Socket, Set<() => void>>()

  /** Returns whether a call comes while an earlier one of its connection isn't answered. */
  isBehind({ response }: Call): boolean {
    return response.socket === null
  }

  /** Resolves when it is the call's turn, with `true`, or when its connection ended, with `false`. */
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
