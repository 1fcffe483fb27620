import type { RoomProvider } from '@whereabouts/client/yjs'

// A large document on a slow connection takes a while; waiting for an absent server would never
// end.
const WITHIN_MS = 20_000

/**
 * Resolves when something is so of a provider.
 *
 * @throws {Problem} what the server refuses
 * @throws {Error} if it takes too long
 */
export function untilProvider(
  provider: RoomProvider,
  isSo: () => boolean,
  withinMs = WITHIN_MS,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (isSo()) end(resolve)
      else if (provider.problem !== null) end(() => reject(provider.problem ?? new Error()))
    }
    const giveUp = () => end(() => reject(new Error('The server takes too long.')))
    const limit = setTimeout(giveUp, withinMs)
    const end = (settle: () => void) => {
      clearTimeout(limit)
      for (const event of ['synced', 'saved', 'problem'] as const) provider.off(event, look)
      settle()
    }
    for (const event of ['synced', 'saved', 'problem'] as const) provider.on(event, look)
    look()
  })
}
