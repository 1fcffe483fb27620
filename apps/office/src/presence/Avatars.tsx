import type { Member, RoomSnapshot } from '@whereabouts/client'
import type { ReactNode } from 'react'
import { initials, type Person } from '../person.js'
import type { Where } from './announcements.js'
import { paint } from './paint.js'
import { useNarrow } from './useNarrow.js'

const SHOWN = 8
const SHOWN_WHEN_NARROW = 3

interface AvatarsProps {
  readonly snapshot: RoomSnapshot
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
  const { snapshot, own, account, isSeen, followed, where, onJump, onEditOwn } = props
  const { others, watching } = snapshot
  const shown = others.slice(0, useNarrow() ? SHOWN_WHEN_NARROW : SHOWN)
  const unseen = others.length - shown.length
  return (
    <section className="avatars" aria-label="Who is here">
      {watching > 0 && <span className="watching">{watching} watching</span>}
      {shown.map((member) => (
        <Avatar
          key={member.id}
          member={member}
          where={where(member)}
          isFollowed={member.id === followed}
          onJump={onJump}
        />
      ))}
      {unseen > 0 && <Everybody others={others} unseen={unseen} where={where} onJump={onJump} />}
      {account}
      {isSeen && account === undefined && (
        <button
          type="button"
          className="avatar own"
          style={paint(own.color)}
          title={`${own.name} (you): change name and color`}
          aria-label={`${own.name} (you): change name and color`}
          onClick={onEditOwn}
        >
          {initials(own.name)}
        </button>
      )}
    </section>
  )
}

interface AvatarProps {
  readonly member: Member
  readonly where: string | undefined
  readonly isFollowed: boolean
  readonly onJump: (member: Member) => void
}

function Avatar({ member, where, isFollowed, onJump }: AvatarProps) {
  const label = describe(member, where)
  return (
    <button
      type="button"
      className="avatar"
      data-member={member.id}
      data-status={member.status}
      data-followed={isFollowed || undefined}
      style={paint(member.user.color)}
      title={label}
      aria-label={label}
      onClick={() => onJump(member)}
    >
      {initials(member.user.name)}
    </button>
  )
}

interface EverybodyProps {
  readonly others: readonly Member[]
  readonly unseen: number
  readonly where: Where
  readonly onJump: (member: Member) => void
}

function Everybody({ others, unseen, where, onJump }: EverybodyProps) {
  return (
    <>
      <button
        type="button"
        className="avatar more"
        popoverTarget="everybody"
        aria-label={`${unseen} more: show everybody`}
      >
        +{unseen}
      </button>
      <section id="everybody" className="everybody" popover="auto" aria-label="Everybody">
        {others.map((member) => (
          <button
            key={member.id}
            type="button"
            className="person"
            data-status={member.status}
            style={paint(member.user.color)}
            popoverTarget="everybody"
            popoverTargetAction="hide"
            onClick={() => onJump(member)}
          >
            {describe(member, where(member))}
          </button>
        ))}
      </section>
    </>
  )
}

/** @example describe(ann, 'C5') // 'Ann, in C5' */
function describe({ user, status }: Member, where: string | undefined): string {
  const place = where === undefined ? user.name : `${user.name}, in ${where}`
  return status === 'away' ? `${place}, away` : place
}
