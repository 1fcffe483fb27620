import type { Member } from '@whereabouts/client'

// A round of all of them, and a breath between two: never more than four calls a second.
const ROUND_MS = 5_000
const BETWEEN_MS = 250

/**
 * Asks who is in each of several rooms, one after the other and again and again, while the page is
 * looked at: a browser has six connections for an origin, and a stream for each would take them all.
 *
 * @param rooms asked at the beginning of every round.
 * @param tell who is in a room; nobody, where that can't be had.
 * @see OFFICE.md PG5
 */
export async function watchRooms(
  rooms: () => readonly string[],
  tell: (room: string, members: readonly Member[]) => void,
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

async function readMembers(room: string, signal: AbortSignal): Promise<readonly Member[]> {
  try {
    const response = await fetch(`/rooms/${room}/location`, { cache: 'no-store', signal })
    if (!response.ok) return []
    const { members } = (await response.json()) as { readonly members: readonly Member[] }
    return members.filter(({ status }) => status === 'online')
  } catch {
    // The server is away, or so is the page; the next round asks again.
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
