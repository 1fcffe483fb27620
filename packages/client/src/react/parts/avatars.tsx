import type { Member } from '@whereabouts/protocol'
import { type HTMLAttributes, type ReactNode, useId } from 'react'
import type { AnyRoom } from '../../room.js'
import type { RoomSnapshot } from '../../store.js'
import { useSnapshotOf } from '../context.js'
import { useNearestRoom } from '../room-provider.js'
import { initials, nameOf, paint } from './person.js'

/** The elements of `Avatars`, by the class that each has unless another one is given. */
const CLASSES = {
  avatars: 'whereabouts-avatars',
  watching: 'whereabouts-watching',
  avatar: 'whereabouts-avatar',
  more: 'whereabouts-avatar whereabouts-more',
  everybody: 'whereabouts-everybody',
  person: 'whereabouts-person',
}

/** What `Avatars` says beside the names. */
const TEXTS = {
  /** The name of the whole. */
  label: 'Who is here',
  /** How many watch. */
  watching: (count: number) => `${count} watching`,
  /** The name of the button that shows those without an avatar. */
  more: (count: number) => `${count} more: show everybody`,
  /** The name of the list that it opens. */
  everybody: 'Everybody',
}

type Attributes = HTMLAttributes<HTMLElement> & {
  readonly [data: `data-${string}`]: string | boolean | undefined
}

/** How `Avatars` shows a member. */
interface Shown {
  readonly classes: typeof CLASSES
  readonly texts: typeof TEXTS
  /** What is said of a member, to those who point at the avatar and to screen readers. @default the name */
  readonly describe: (member: Member) => string
  /** What an avatar shows. @default the picture of the user, or else the initials */
  readonly draw: (member: Member) => ReactNode
  /** Further attributes of an avatar, and of a member's line among everybody. */
  readonly attributes: (member: Member) => Attributes
  /** Called with a member that is chosen: with it, avatars are buttons. */
  readonly onChoose: ((member: Member) => void) | undefined
}

/** What `Avatars` takes. All of it may be left out. */
export interface AvatarsProps extends Partial<Omit<Shown, 'classes' | 'texts'>> {
  /** @default the room of the nearest `RoomProvider` */
  readonly room?: Pick<AnyRoom, 'getSnapshot' | 'subscribe'>
  /** How many have an avatar; the others are in a list that a button opens. @default 8 */
  readonly max?: number
  /** Texts in place of the English ones. */
  readonly texts?: Partial<typeof TEXTS>
  /** Classes in place of those of the style sheet. */
  readonly classes?: Partial<typeof CLASSES>
  /** Shown after the avatars, such as the person at this window. */
  readonly children?: ReactNode
}

/**
 * Shows the other members of the room, and how many watch.
 *
 * @example <Avatars onChoose={({ location }) => scrollTo(location)} />
 * @see PROTOCOL.md CL108
 */
export function Avatars(props: AvatarsProps): ReactNode {
  const { room, max = 8, children } = props
  const shown = shownAs(props)
  const { others, watching } = useSnapshotOf(useNearestRoom(room), seen, isSameSeen)
  const isMore = others.length > max
  return (
    <section className={shown.classes.avatars} aria-label={shown.texts.label}>
      {watching > 0 && (
        <span className={shown.classes.watching}>{shown.texts.watching(watching)}</span>
      )}
      {others.slice(0, max).map((member) => (
        <Avatar key={member.id} member={member} {...shown} />
      ))}
      {isMore && <Everybody others={others} unseen={others.length - max} {...shown} />}
      {children}
    </section>
  )
}

function shownAs(props: AvatarsProps): Shown {
  const { describe = nameOf, draw = pictureOf, attributes = noMore, onChoose } = props
  const classes = { ...CLASSES, ...props.classes }
  const texts = { ...TEXTS, ...props.texts }
  return { classes, texts, describe, draw, attributes, onChoose }
}

function Avatar({ member, ...shown }: Shown & { readonly member: Member }) {
  const { classes, describe, draw, attributes, onChoose } = shown
  const label = describe(member)
  const { style, ...others } = attributes(member)
  const common = {
    className: classes.avatar,
    'data-member': member.id,
    'data-status': member.status,
    style: paint(member, style),
    title: label,
    'aria-label': label,
    ...others,
  }
  if (onChoose === undefined) {
    return (
      <span role="img" {...common}>
        {draw(member)}
      </span>
    )
  }
  return (
    <button type="button" onClick={() => onChoose(member)} {...common}>
      {draw(member)}
    </button>
  )
}

interface EverybodyProps extends Shown {
  readonly others: readonly Member[]
  /** How many have no avatar. */
  readonly unseen: number
}

function Everybody({ others, unseen, ...shown }: EverybodyProps) {
  const id = useId()
  const { classes, texts } = shown
  return (
    <>
      <button
        type="button"
        className={classes.more}
        popoverTarget={id}
        aria-label={texts.more(unseen)}
      >
        +{unseen}
      </button>
      <section id={id} className={classes.everybody} popover="auto" aria-label={texts.everybody}>
        {others.map((member) => (
          <Person key={member.id} member={member} list={id} {...shown} />
        ))}
      </section>
    </>
  )
}

interface PersonProps extends Shown {
  readonly member: Member
  /** The id of the list, which closes when somebody is chosen. */
  readonly list: string
}

function Person({ member, list, ...shown }: PersonProps) {
  const { classes, describe, attributes, onChoose } = shown
  const { style, ...others } = attributes(member)
  const common = {
    className: classes.person,
    'data-status': member.status,
    style: paint(member, style),
    ...others,
  }
  if (onChoose === undefined) return <div {...common}>{describe(member)}</div>
  return (
    <button
      type="button"
      popoverTarget={list}
      popoverTargetAction="hide"
      onClick={() => onChoose(member)}
      {...common}
    >
      {describe(member)}
    </button>
  )
}

function pictureOf({ user }: Member): ReactNode {
  return user.avatar === undefined ? initials(user.name) : <img src={user.avatar} alt="" />
}

function noMore(): Attributes {
  return {}
}

type Seen = Pick<RoomSnapshot, 'others' | 'watching'>

const seen = ({ others, watching }: RoomSnapshot): Seen => ({ others, watching })

const isSameSeen = (before: Seen, now: Seen): boolean =>
  before.others === now.others && before.watching === now.watching
