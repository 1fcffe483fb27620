import type { Member } from '@whereabouts/client'
import { useRoom } from '@whereabouts/client/react'
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react'
import { createRoot } from 'react-dom/client'
import { loadPerson, savePerson, type Person } from './person.js'
import type { Where } from './presence/announcements.js'
import { Announcer } from './presence/Announcer.js'
import { Avatars } from './presence/Avatars.js'
import { PersonDialog } from './presence/PersonDialog.js'
import { StatusLine } from './presence/StatusLine.js'
import type { Session } from './session.js'
import type { Sheet } from './sheet/sheet.js'
import { SheetView } from './SheetView.js'

/** What the page knows before its heavy parts are loaded. */
export interface OfficeProps {
  readonly session: Session
  readonly person: Person
  /** Whether the person is a suggestion and has to be asked. */
  readonly isNew: boolean
}

/** Shows the sheet of a room with everything around it. */
export function showOffice(page: HTMLElement, props: OfficeProps): void {
  createRoot(page).render(<Office {...props} />)
}

function Office({ session, person, isNew }: OfficeProps) {
  const snapshot = useRoom(session)
  const [sheet, setSheet] = useState<Sheet | null>(null)
  const [own, setOwn] = useOwnPerson(session, person)
  const [asks, setAsks] = useState(isNew && !session.watches)
  const where = useWhere(sheet)
  const closeDialog = (chosen: Person) => {
    setOwn(chosen)
    setAsks(false)
    // Asked on arrival, nothing in the bar had the focus before; then it belongs to the cells.
    if (!document.querySelector('.bar')?.contains(document.activeElement)) sheet?.focus()
  }
  useWayIntoSheet(sheet)

  return (
    <>
      <header className="bar">
        <h1>
          <span className="brand">whereabouts</span>
          <span className="room">{session.name}</span>
        </h1>
        <StatusLine
          snapshot={snapshot}
          document={session.document}
          watches={session.watches}
          onWatch={session.watch}
          onJoin={session.join}
        />
        <Avatars
          snapshot={snapshot}
          own={own}
          watches={session.watches}
          where={where}
          onJump={({ location }) => sheet?.show(location)}
          onEditOwn={() => setAsks(true)}
        />
      </header>
      <SheetView session={session} onOpen={setSheet} />
      <Announcer snapshot={snapshot} ready={sheet !== null} where={where} />
      {/* Univer sets up its keys while it opens, and must have the focus for that. */}
      {asks && sheet !== null && (
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

function useOwnPerson(session: Session, person: Person) {
  const [own, setOwn] = useState(person)
  const choose = (chosen: Person) => {
    setOwn(chosen)
    savePerson(() => localStorage, chosen)
    session.setUser(chosen)
  }
  useEffect(() => {
    // The same person in another tab has changed the name there.
    const follow = () => {
      const saved = loadPerson(() => localStorage)
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
 * F6 goes between the bar and the sheet: inside the sheet the Tab key belongs to the cells, and
 * there would be no other way out of it by keyboard.
 */
function useWayIntoSheet(sheet: Sheet | null): void {
  useEffect(() => {
    const go = (event: KeyboardEvent) => {
      if (event.key !== 'F6' || sheet === null) return
      event.preventDefault()
      const bar = document.querySelector('.bar')
      if (bar?.contains(document.activeElement)) sheet.focus()
      else bar?.querySelector<HTMLElement>('.avatars button')?.focus()
    }
    window.addEventListener('keydown', go, { capture: true })
    return () => window.removeEventListener('keydown', go, { capture: true })
  }, [sheet])
}

/** Where a member is, in words; another function whenever that may have changed. */
function useWhere(sheet: Sheet | null): Where {
  const subscribe = useCallback(
    (listener: () => void) => sheet?.subscribe(listener) ?? nothing,
    [sheet],
  )
  const where = useSyncExternalStore(subscribe, () => sheet?.where)
  return useCallback(({ location }: Member) => where?.(location), [where])
}

const nothing = (): void => undefined
