import type { Member } from '@whereabouts/client'
import { BASE } from '../base.js'
import { isViewLink } from '../route.js'

// The shortest time for a round; the pause between calls limits them to four a second.
const ROUND_MS = 5_000
const BETWEEN_MS = 250

/**
 * Asks in rounds who is in each of several rooms, one room at a time, while the page is visible. A
 * browser has six connections per origin, and a stream for each room would use them all.
 *
 * @param rooms returns the rooms, at the beginning of each round
 * @param tell gets the members of a room, or none if they can't be read; `ended` if the room is a view
 *   link that no longer works
 * @see OFFICE.md PG5, OF12
 */
export async function watchRooms(
  rooms: () => readonly string[],
  tell: (room: string, members: readonly Member[] | 'ended') => void,
  life: AbortSignal,
): Promise<void> {
  while (!life.aborted) {
    await untilVisible(life)
    const round = pause(ROUND_MS, life)
    for (const room of new Set(rooms())) {
      if (life.aborted || document.hidden) break
      tell(room, await readMembers(room, life))
      await pause(BETWEEN_MS, life)
    }
    await round
  }
}

async function readMembers(
  room: string,
  signal: AbortSignal,
): Promise<readonly Member[] | 'ended'> {
  try {
    const address = `${BASE}rooms/${room}/location`
    const response = await fetch(address, { cache: 'no-store', signal })
    if (response.status === 403 && isViewLink(room)) return 'ended'
    if (!response.ok) return []
    const { members } = (await response.json()) as { readonly members: readonly Member[] }
    return members.filter(({ status }) => status === 'online')
  } catch {
    // The server or the page may be offline; the next round asks again.
    return []
  }
}

function pause(ms: number, life: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (life.aborted) return resolve()
    const end = () => {
      clearTimeout(timer)
      life.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    life.addEventListener('abort', end)
  })
}

function untilVisible(life: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (document.hidden && !life.aborted) return
      document.removeEventListener('visibilitychange', look)
      life.removeEventListener('abort', look)
      resolve()
    }
    document.addEventListener('visibilitychange', look)
    life.addEventListener('abort', look)
    look()
  })
}
