import type { Member, RoomSnapshot } from '@whereabouts/client'
import { useSnapshotOf } from '@whereabouts/client/react'
import { useCallback, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react'
import { BASE } from './base.js'
import type { Content } from './content.js'
import { inBrowser } from './guarded-storage.js'
import type { Identity, SignedIn } from './identity.js'
import type { OfficeProps } from './office.js'
import { comingPart } from './late-part.js'
import { loadPerson, savePerson, type Person } from './person.js'
import { Account } from './presence/Account.js'
import { Announcer } from './presence/Announcer.js'
import { Avatars } from './presence/Avatars.js'
import { FollowingLine, useFollowing } from './presence/following.js'
import { PersonDialog } from './presence/PersonDialog.js'
import { StatusLine } from './presence/StatusLine.js'
import { PassingNotice } from './passing-notice.js'
import { ShareButton } from './share/ShareButton.js'
import type { Session } from './session.js'
import { useNotice } from './StateNote.js'
import { TitleField } from './TitleField.js'
import { OwnChoices } from './looks/OwnChoices.js'
import { t } from './language/language.js'

/** The menus, and the buttons for files of a sheet and for the history. */
const MenuBar = comingPart(async () => (await import('./menus/MenuBar.js')).MenuBar)

interface ShellProps extends OfficeProps {
  /** What is open; `null` while it loads. */
  readonly content: Content | null
  readonly children: ReactNode
}

/** Renders what surrounds a sheet or a page: the bar, the avatars and the announcements. */
export function Shell(props: ShellProps) {
  const { session, route, recents, person, identity, isNew, content, children } = props
  const snapshot = useSnapshotOf(session)
  const [own, setOwn] = useOwnPerson(session, person, isNew)
  const [asks, setAsks] = useState(isNew && identity.mode === 'open')
  const isSeen = useSyncExternalStore(session.subscribe, () => session.isSeen)
  const where = useWhere(content)
  const following = useFollowing(snapshot, content)
  const closeDialog = (chosen: Person) => {
    setOwn(chosen)
    setAsks(false)
    // When the dialog opened on arrival, nothing in the bar had the focus before it; the content
    // gets it.
    if (!document.querySelector('.bar')?.contains(document.activeElement)) content?.focus()
  }
  useWayIntoContent(content)
  useLiveLinksOnly(props)

  return (
    <>
      <header className="bar">
        <a className="brand" href={BASE} title={t('document.home')}>
          whereabouts
        </a>
        <TitleField {...{ session, route, recents }} onDone={() => content?.focus()} />
        <StatusLine session={session} isSeen={isSeen} />
        {/* People who come and buttons that load late take room to the left, so that the others stay where they are. */}
        <Avatars
          session={session}
          own={own}
          account={identity.user && accountOf(identity.user, identity.mode, snapshot, own)}
          isSeen={isSeen}
          followed={following.member?.id}
          where={where}
          onJump={following.go}
          onEditOwn={() => setAsks(true)}
        />
        {/* A page's comments put their button here. */}
        <span className="comments-place" />
        {content && <MenuBar {...{ session, route, content }} />}
        <ShareButton session={session} route={route} />
        <OwnChoices />
      </header>
      {children}
      <FollowingLine member={following.member} onStop={following.stop} />
      <PassingNotice />
      <Announcer snapshot={snapshot} ready={content !== null} where={where} />
      {/* Univer sets up its keys while it opens, and must have the focus for that. */}
      {asks && isSeen && content !== null && (
        <PersonDialog
          person={own}
          isNew={isNew}
          onSave={closeDialog}
          onCancel={() => closeDialog(own)}
        />
      )}
    </>
  )
}

/** Takes a view link that no longer works out of the list of recent documents. @see OFFICE.md OF12 */
function useLiveLinksOnly({ session, route, recents }: ShellProps): void {
  const { kind } = useNotice(session)
  useEffect(() => {
    if (kind === 'linkEnded') recents.forget(route)
  }, [kind, recents, route])
}

/** The server chooses the color: the user's, or else one that follows from the member. */
function accountOf(
  user: SignedIn,
  mode: Identity['mode'],
  { members, self }: RoomSnapshot,
  { color }: Person,
) {
  const member = members.find(({ id }) => id === self)
  return <Account user={user} color={member?.user.color ?? color} canSignOut={mode === 'oidc'} />
}

/** Returns a new function whenever its answers may have changed, so that React renders again. */
function useWhere(content: Content | null): (member: Member) => string | undefined {
  const [version, setVersion] = useState(0)
  useEffect(() => content?.subscribe(() => setVersion((before) => before + 1)), [content])
  return useCallback(
    (member: Member) => (version < 0 ? undefined : content?.where(member)),
    [content, version],
  )
}

function useOwnPerson(session: Session, person: Person, isNew: boolean) {
  const [own, setOwn] = useState(person)
  const choose = (chosen: Person) => {
    setOwn(chosen)
    savePerson(inBrowser, chosen, isNew && chosen === person)
    session.setUser(chosen)
  }
  useEffect(() => {
    // The same person has changed the name in another tab.
    const follow = () => {
      const saved = loadPerson(inBrowser)
      if (saved === undefined) return
      setOwn(saved)
      session.setUser(saved)
    }
    window.addEventListener('storage', follow)
    return () => window.removeEventListener('storage', follow)
  }, [session])
  return [own, choose] as const
}

/**
 * Makes F6 switch between the bar and the content: in a sheet the Tab key moves between cells, so
 * there is no other way out of it by keyboard.
 */
function useWayIntoContent(content: Content | null): void {
  useEffect(() => {
    const go = (event: KeyboardEvent) => {
      if (event.key !== 'F6' || content === null) return
      event.preventDefault()
      const bar = document.querySelector('.bar')
      if (bar?.contains(document.activeElement)) content.focus()
      else bar?.querySelector<HTMLElement>('.avatars button')?.focus()
    }
    window.addEventListener('keydown', go, { capture: true })
    return () => window.removeEventListener('keydown', go, { capture: true })
  }, [content])
}
