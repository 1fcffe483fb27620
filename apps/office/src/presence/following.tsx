import type { Member, RoomSnapshot } from '@whereabouts/client'
import { useEffect, useState } from 'react'
import type { Content } from '../content.js'
import { t } from '../language/language.js'

/** The member that this window follows. */
interface Following {
  /** `undefined` for nobody. */
  readonly member: Member | undefined
  /**
   * Goes to a member and follows them, if the content can; a second call for the same member stops.
   */
  readonly go: (member: Member) => void
  readonly stop: () => void
}

/**
 * Follows a member until the person here acts: a key, a click, a touch or the wheel in the content.
 *
 * @see OFFICE.md PG12
 */
export function useFollowing({ others }: RoomSnapshot, content: Content | null): Following {
  const [id, setId] = useState<string>()
  const member = others.find((other) => other.id === id)
  const stop = () => setId(undefined)

  // A member that hasn't changed is the same object (CL2), so this runs when they have moved.
  useEffect(() => {
    if (member === undefined) return
    content?.follow?.(member)
    // A member's edit may arrive after their position.
    return content?.subscribe(() => content.follow?.(member))
  }, [content, member])

  useEffect(() => (id === undefined ? undefined : listenForActs(() => setId(undefined))), [id])

  const go = (other: Member) => {
    if (other.id === id) return stop()
    if (content?.follow === undefined) content?.show(other)
    else setId(other.id)
  }
  return { member, go, stop }
}

function listenForActs(stop: () => void): () => void {
  const listening = new AbortController()
  const options = { signal: listening.signal, capture: true, passive: true }
  const stopIfInContent = ({ target }: Event) => {
    if (target instanceof Element && target.closest('main') !== null) stop()
  }
  for (const act of ['pointerdown', 'wheel', 'touchmove']) {
    document.addEventListener(act, stopIfInContent, options)
  }
  const stopByKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape') stop()
    else stopIfInContent(event)
  }
  document.addEventListener('keydown', stopByKey, options)
  return () => listening.abort()
}

interface FollowingLineProps {
  readonly member: Member | undefined
  readonly onStop: () => void
}

/** Says which member is followed, and offers to stop. */
export function FollowingLine({ member, onStop }: FollowingLineProps) {
  if (member === undefined) return null
  return (
    <output className="following" style={{ borderColor: member.user.color }}>
      <span>{t('person.following', { name: member.user.name })}</span>
      <button type="button" className="link" onClick={onStop}>
        {t('person.stopFollowing')}
      </button>
    </output>
  )
}
