import type { Member } from '@whereabouts/client'
import { Avatars as Members, initials } from '@whereabouts/client/react'
import type { ReactNode } from 'react'
import type { Person } from '../person.js'
import type { Session } from '../session.js'
import type { Where } from './announcements.js'
import { paint } from './paint.js'
import { useNarrow } from './useNarrow.js'
import { t } from '../language/language.js'

const SHOWN = 8
const SHOWN_WHEN_NARROW = 3

const CLASSES = {
  avatars: 'avatars',
  watching: 'watching',
  avatar: 'avatar',
  more: 'avatar more',
  everybody: 'everybody',
  person: 'person',
}

interface AvatarsProps {
  readonly session: Session
  readonly own: Person
  /** Shown instead of the button for one's name and color, if the user is signed in. */
  readonly account: ReactNode
  /** Whether the others see this client. */
  readonly isSeen: boolean
  /** The id of the member that this window follows. */
  readonly followed: string | undefined
  readonly where: Where
  readonly onJump: (member: Member) => void
  readonly onEditOwn: () => void
}

/**
 * Shows who is here: a button for each member that goes to their place, and one for the person at
 * this window.
 *
 * @see OFFICE.md SH5
 */
export function Avatars(props: AvatarsProps) {
  const { session, own, account, isSeen, followed, where, onJump, onEditOwn } = props
  const change = t('person.youChange', { name: own.name })
  return (
    <Members
      room={session}
      texts={textsOfMembers()}
      max={useNarrow() ? SHOWN_WHEN_NARROW : SHOWN}
      classes={CLASSES}
      describe={(member) => describe(member, where(member), session.isSilent)}
      draw={({ user }) => initials(user.name)}
      attributes={({ id, user }) => ({
        'data-followed': id === followed || undefined,
        style: paint(user.color),
      })}
      onChoose={onJump}
    >
      {account}
      {isSeen && account === undefined && (
        <button
          type="button"
          className="avatar own"
          style={paint(own.color)}
          title={change}
          aria-label={change}
          onClick={onEditOwn}
        >
          {initials(own.name)}
        </button>
      )}
    </Members>
  )
}

/** @example describe(ann, 'C5') // 'Ann, in C5' */
function describe({ user, status }: Member, where: string | undefined, isSilent: boolean): string {
  const { name } = user
  const place = where === undefined ? name : t('person.at', { name, where })
  if (isSilent) return t('person.unknown', { place, status: t('status.reconnecting') })
  return status === 'away' ? t('person.away', { place }) : place
}

const textsOfMembers = () => ({
  label: t('person.here'),
  watching: (count: number) => t('person.watching', { count }),
  more: (count: number) => t('person.more', { count }),
  everybody: t('person.everybody'),
})
