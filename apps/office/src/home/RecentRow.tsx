import type { Member } from '@whereabouts/client'
import { initials } from '@whereabouts/client/react'
import { useRef, useState, type FormEvent, type ReactNode } from 'react'
import { ICONS } from '../icons.js'
import { formatList } from '../language/formats.js'
import { t } from '../language/language.js'
import { paint } from '../presence/paint.js'
import { nameUntitled } from '../name-untitled.js'
import { addressOf, isViewLink } from '../route.js'
import { cleanTitle } from '../title.js'
import { describeAgo } from './ago.js'
import type { Recent } from './recents.js'

const SHOWN = 4
const TOLD_BY_NAME = 3

interface RecentRowProps {
  readonly recent: Recent
  readonly nowMs: number
  /** The members who are in its room now. */
  readonly members: readonly Member[]
  /** Whether it opens without the server. */
  readonly isOffline: boolean
  /** Rejects with an error whose message is for people. */
  readonly onRename: (title: string) => Promise<void>
  readonly onCopy: () => void
  readonly onRemove: () => void
}

/** A row of the list of recent documents: the title, who is there, and what can be done with it. */
export function RecentRow(props: RecentRowProps) {
  const { recent, nowMs, members, isOffline, onRename, onCopy, onRemove } = props
  const [isRenaming, setIsRenaming] = useState(false)
  const renameButton = useRef<HTMLButtonElement>(null)
  const name = recent.title ?? nameUntitled(recent)
  const ago = describeAgo(recent.openedAtMs, nowMs)
  const about = t('home.opened', { kind: recent.kind, ago })
  const close = () => {
    setIsRenaming(false)
    renameButton.current?.focus()
  }
  return (
    <li className="recent" data-kind={recent.kind}>
      {ICONS[recent.kind]}
      {isRenaming ? (
        <RenameForm recent={recent} onRename={onRename} onClose={close} />
      ) : (
        <a className="recent-title" href={addressOf(recent)} dir="auto">
          {name}
        </a>
      )}
      <span className="recent-about">{isOffline ? t('home.available', { about }) : about}</span>
      <People members={members} />
      <span className="recent-actions">
        {!isViewLink(recent.room) && (
          <Action
            ref={renameButton}
            label={t('home.rename', { name })}
            icon={ICONS.rename}
            onClick={() => setIsRenaming(true)}
          />
        )}
        <Action label={t('home.copyLink', { name })} icon={ICONS.link} onClick={onCopy} />
        <Action label={t('home.removeFromList', { name })} icon={ICONS.remove} onClick={onRemove} />
      </span>
    </li>
  )
}

interface ActionProps {
  readonly ref?: React.Ref<HTMLButtonElement>
  readonly label: string
  readonly icon: ReactNode
  readonly onClick: () => void
}

function Action({ ref, label, icon, onClick }: ActionProps) {
  return (
    <button
      ref={ref}
      type="button"
      className="tool"
      title={label}
      aria-label={label}
      onClick={onClick}
    >
      {icon}
    </button>
  )
}

interface RenameFormProps {
  readonly recent: Recent
  readonly onRename: (title: string) => Promise<void>
  readonly onClose: () => void
}

function RenameForm({ recent, onRename, onClose }: RenameFormProps) {
  const [state, setState] = useState<'editing' | 'saving' | { readonly failed: string }>('editing')
  const rename = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const typed = new FormData(event.currentTarget).get('title')
    const title = cleanTitle(typeof typed === 'string' ? typed : '')
    if (state === 'saving') return
    if (title === (recent.title ?? '')) return onClose()
    setState('saving')
    onRename(title).then(onClose, (error: unknown) => {
      const failed = error instanceof Error ? error.message : t('common.unreachable')
      setState({ failed })
    })
  }
  return (
    <form className="rename" onSubmit={rename}>
      <input
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- the button beside it asks for this
        autoFocus
        name="title"
        aria-label={t('home.titleOf', { name: recent.title ?? nameUntitled(recent) })}
        defaultValue={recent.title ?? ''}
        placeholder={nameUntitled(recent)}
        readOnly={state === 'saving'}
        onFocus={(event) => event.currentTarget.select()}
        onKeyDown={(event) => event.key === 'Escape' && onClose()}
      />
      <button type="submit" className="plain">
        {t(state === 'saving' ? 'common.saving' : 'common.save')}
      </button>
      <button type="button" className="plain" onClick={onClose}>
        {t('common.cancel')}
      </button>
      {typeof state === 'object' && (
        <output>{t('home.notRenamed', { reason: state.failed })}</output>
      )}
    </form>
  )
}

function People({ members }: { readonly members: readonly Member[] }) {
  if (members.length === 0) return <span className="people" />
  const shown = members.slice(0, members.length > SHOWN ? SHOWN - 1 : SHOWN)
  const label = describePeople(members)
  return (
    <span className="people" title={label}>
      <span className="unseen">{label}</span>
      {shown.map((member) => (
        <span
          key={member.id}
          className="avatar small"
          aria-hidden="true"
          style={paint(member.user.color)}
        >
          {initials(member.user.name)}
        </span>
      ))}
      {shown.length < members.length && (
        <span className="avatar small more" aria-hidden="true">
          +{members.length - shown.length}
        </span>
      )}
    </span>
  )
}

/** @example describePeople([ann, bob]) // 'Ann and Bob are here' */
function describePeople(members: readonly Member[]): string {
  const names = members.slice(0, TOLD_BY_NAME).map(({ user }) => user.name)
  const unnamed = members.length - names.length
  const all = unnamed > 0 ? [...names, t('home.more', { count: unnamed })] : names
  return t('home.here', { names: formatList(all), count: members.length })
}
