import type { Inspection } from '@whereabouts/protocol'
import { useEffect, useState } from 'react'
import { readAnswer } from '../answer.js'
import { channelOf } from '../document-channel.js'
import type { AnyRoom } from '../room.js'

const EVERY_MS = 2_000

/**
 * Returns how the room's members and readers are doing, as the server last said; `undefined` for a caller who
 * may not manage the room. Asks while the page is visible.
 *
 * @see PROTOCOL.md IN1
 */
export function useInspection(
  room: Pick<AnyRoom, 'getSnapshot' | 'subscribe'>,
  mayManage: boolean,
): Inspection | undefined {
  const [inspection, setInspection] = useState<Inspection>()
  useEffect(() => {
    if (!mayManage) return
    const life = new AbortController()
    const { signal } = life
    const ask = async () => {
      if (document.visibilityState === 'hidden') return
      const response = await channelOf(room).request('inspect', {}, { signal })
      const answer = await readAnswer<Inspection>(response)
      if (!signal.aborted) setInspection(answer)
    }
    // What fails is asked again a moment later.
    const askQuietly = () => void ask().catch(() => undefined)
    askQuietly()
    const timer = setInterval(askQuietly, EVERY_MS)
    return () => {
      clearInterval(timer)
      life.abort()
    }
  }, [room, mayManage])
  return mayManage ? inspection : undefined
}
