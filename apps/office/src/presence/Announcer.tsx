import type { RoomSnapshot } from '@whereabouts/client'
import { useEffect, useState } from 'react'
import { Announcements, type Where } from './announcements.js'
import { t } from '../language/language.js'

const KEPT = 5

interface AnnouncerProps {
  readonly snapshot: RoomSnapshot
  /** Whether members' places can be described yet. */
  readonly ready: boolean
  readonly where: Where
}

/** Announces the other members' comings, goings and moves to a screen reader. @see OFFICE.md SH8 */
export function Announcer({ snapshot, ready, where }: AnnouncerProps) {
  const [announcements] = useState(() => new Announcements())
  const [said, setSaid] = useState<readonly { id: number; text: string }[]>([])
  const { others, status } = snapshot

  useEffect(() => {
    if (!ready || status === 'connecting') return
    const say = (texts: readonly string[]) => {
      if (texts.length === 0) return
      setSaid((before) => {
        const next = (before.at(-1)?.id ?? 0) + 1
        return [...before, ...texts.map((text, at) => ({ id: next + at, text }))].slice(-KEPT)
      })
    }
    say(announcements.update(others, where, Date.now()))
    return sayWhenDue(announcements, say)
  }, [announcements, others, where, ready, status])

  return (
    <div className="unseen" role="log" aria-live="polite" aria-label={t('announce.label')}>
      {said.map(({ id, text }) => (
        <p key={id}>{text}</p>
      ))}
    </div>
  )
}

function sayWhenDue(announcements: Announcements, say: (texts: string[]) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const wait = () => {
    const nextAtMs = announcements.nextAtMs()
    if (nextAtMs !== undefined) timer = setTimeout(speak, Math.max(0, nextAtMs - Date.now()))
  }
  const speak = () => {
    say(announcements.due(Date.now()))
    wait()
  }
  wait()
  return () => clearTimeout(timer)
}
