import type { Member } from '@whereabouts/client'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { createRoot } from 'react-dom/client'
import { NO_COPIES, readCopies, removeCopies, type Copies } from '../offline/copies.js'
import { comingPart } from '../late-part.js'
import { OpenFile } from '../files/OpenFile.js'
import { ICONS } from '../icons.js'
import type { Identity } from '../identity.js'
import { offer, PassingNotice } from '../passing-notice.js'
import { OwnChoices } from '../looks/OwnChoices.js'
import { t } from '../language/language.js'
import { PALETTE } from '../person.js'
import { Account } from '../presence/Account.js'
import { nameUntitled } from '../name-untitled.js'
import { addressOf, newRoom, type Kind } from '../route.js'
import { CopiesLine } from './Copies.js'
import { onLook } from './on-look.js'
import { RecentRow } from './RecentRow.js'
import type { Recent, RecentList } from './recents.js'
import { RoomTitles } from './room-titles.js'
import { watchRooms } from './who-is-there.js'

/** Only a server that knows its users has lists of theirs. */
const Lists = comingPart(async () => (await import('./lists/Lists.js')).Lists)

/** Otherwise there is only this browser's list. */
const ListFile = comingPart(async () => (await import('./list-file/ListFile.js')).ListFile)

const Templates = comingPart(async () => (await import('../templates/Templates.js')).Templates)

/** Shows the home page: links to new documents, and the recent ones. @see OFFICE.md PG3, PG4 */
export function showHome(page: HTMLElement, props: HomeProps): void {
  createRoot(page).render(<Home {...props} />)
}

interface HomeProps {
  readonly recents: RecentList
  readonly identity: Identity
  /** The id of the user whose copies the window uses. */
  readonly user: string | undefined
}

function Home({ recents, identity, user }: HomeProps) {
  const list = useSyncExternalStore(recents.subscribe, recents.getSnapshot)
  const [titles] = useState(() => new RoomTitles())
  const { visit, nowMs } = useVisit()
  const there = useWhoIsThere(recents)
  useNewTitles(recents, titles)
  const [copies, removeAll] = useCopies(user, offer)
  const isKnown = identity.user !== undefined
  const [isOtherShown, setOtherShown] = useState(false)
  const opened =
    list.length === 0 ? (
      <Welcome isOpen={identity.mode === 'open'} />
    ) : (
      <Recents {...{ recents, list, titles, there, copies, nowMs, isKnown }} notify={offer} />
    )
  return (
    <>
      <HomeBar identity={identity} />
      <main className="home">
        <nav className="new" aria-label={t('home.new')}>
          <NewDocument kind="sheet" visit={visit} />
          <NewDocument kind="page" visit={visit} />
          <OpenFile />
          <Templates />
        </nav>
        {isKnown && (
          <Lists hasRecent={list.length > 0} nowMs={nowMs} notify={offer} onOther={setOtherShown} />
        )}
        {!isOtherShown && opened}
        {!isKnown && <ListFile recents={recents} />}
        <CopiesLine copies={copies} onRemove={removeAll} />
        <PassingNotice />
      </main>
    </>
  )
}

interface RecentsProps {
  readonly recents: RecentList
  readonly list: readonly Recent[]
  readonly titles: RoomTitles
  readonly there: ReadonlyMap<string, readonly Member[]>
  readonly copies: Copies
  readonly nowMs: number
  /** Whether the server knows the user. */
  readonly isKnown: boolean
  readonly notify: (notice: string) => void
}

/** The documents that were opened in this browser. */
function Recents(props: RecentsProps) {
  const { recents, list, titles, there, copies, nowMs, isKnown, notify } = props
  const rename = async (recent: Recent, title: string) => {
    await titles.rename(recent.room, title)
    const named = title === '' ? undefined : title
    recents.retitled(recent, named)
    if (isKnown) void sayRenamed(recent, named)
  }
  const copy = (recent: Recent) => {
    const { href } = new URL(addressOf(recent), location.href)
    void copyText(href).then((isCopied) =>
      notify(isCopied ? t('home.linkCopied') : t('home.linkNotCopied', { link: href })),
    )
  }
  const remove = (recent: Recent) => {
    recents.forget(recent)
    notify(t('home.removed', { name: recent.title ?? nameUntitled(recent) }))
  }
  return (
    <section aria-labelledby="recent">
      <h2 id="recent">{t('home.recent')}</h2>
      <ul className="recents">
        {list.map((recent) => (
          <RecentRow
            key={addressOf(recent)}
            recent={recent}
            nowMs={nowMs}
            members={there.get(recent.room) ?? NOBODY}
            isOffline={copies.isOffline && copies.rooms.has(recent.room)}
            onRename={(title) => rename(recent, title)}
            onCopy={() => copy(recent)}
            onRemove={() => remove(recent)}
          />
        ))}
      </ul>
    </section>
  )
}

/** Says the new title for lists. The document has it already, so what fails is said when it is next opened. */
async function sayRenamed({ room, kind }: Recent, title: string | undefined): Promise<void> {
  try {
    const { postTitle } = await import('./lists/calls.js')
    await postTitle(room, title, kind)
  } catch {
    // The server, or this part, can't be reached.
  }
}

function HomeBar({ identity: { mode, user } }: { readonly identity: Identity }) {
  return (
    <header className="bar">
      <h1>
        <span className="brand">whereabouts</span>
      </h1>
      <div className="avatars">
        <OwnChoices />
        {user !== undefined && (
          <Account
            user={user}
            color={user.color ?? PALETTE[0].color}
            canSignOut={mode === 'oidc'}
          />
        )}
      </div>
    </header>
  )
}

const NOBODY: readonly Member[] = []

function NewDocument({ kind, visit }: { readonly kind: Kind; readonly visit: number }) {
  // After coming back from the new document, the link leads to another new one.
  const [room, setRoom] = useState({ visit, name: newRoom(kind) })
  if (room.visit !== visit) setRoom({ visit, name: newRoom(kind) })
  return (
    <a
      className="new-document"
      data-kind={kind}
      href={addressOf({ kind, room: room.name })}
      onClick={() => setRoom({ visit, name: newRoom(kind) })}
    >
      {ICONS[kind]}
      <span>
        <strong>{t('home.newDocument', { kind })}</strong>
        <small>{t('home.newDocumentHas', { kind })}</small>
      </span>
    </a>
  )
}

function Welcome({ isOpen }: { readonly isOpen: boolean }) {
  return (
    <section className="welcome">
      <h2>{t('home.welcome')}</h2>
      <p>
        {t('home.welcomeText')} {isOpen && `${t('home.welcomeOpen')} `}
        {t('home.welcomeListed')}
      </p>
      <p>
        <a href={addressOf({ kind: 'sheet', room: 'demo' })}>{t('home.tryDemo')}</a>
      </p>
    </section>
  )
}

/** One visit to the page, from coming to it to leaving it. */
interface Visit {
  /** How many visits came before. */
  readonly visit: number
  readonly nowMs: number
}

function useVisit(): Visit {
  const [visit, setVisit] = useState(() => ({ visit: 0, nowMs: Date.now() }))
  useEffect(
    () => onLook(() => setVisit((before) => ({ visit: before.visit + 1, nowMs: Date.now() }))),
    [],
  )
  return visit
}

/** Looks up, once per visit, which documents were renamed. @see OFFICE.md PG15 */
function useNewTitles(recents: RecentList, titles: RoomTitles): void {
  useEffect(() => {
    const life = new AbortController()
    let looking = Promise.resolve()
    const look = () => {
      recents.lookAgain()
      // Visits are looked up one after the other, since the previous look-up may still be running.
      looking = looking.then(() => lookUpTitles(recents, titles, life.signal))
    }
    look()
    const stop = onLook(look)
    return () => {
      stop()
      life.abort()
    }
  }, [recents, titles])
}

async function lookUpTitles(
  recents: RecentList,
  titles: RoomTitles,
  life: AbortSignal,
): Promise<void> {
  for (const recent of recents.getSnapshot()) {
    if (life.aborted) return
    try {
      const found = await titles.lookUp(recent.room, recent.lookedUpAt)
      if (found !== null) recents.retitled(recent, found.title, found.at)
    } catch {
      // The row keeps the last known title; the next visit asks again.
    }
  }
}

function useWhoIsThere(recents: RecentList): ReadonlyMap<string, readonly Member[]> {
  const [there, setThere] = useState<ReadonlyMap<string, readonly Member[]>>(new Map())
  useEffect(() => {
    const life = new AbortController()
    const rooms = () => recents.getSnapshot().map(({ room }) => room)
    const tell = (room: string, members: readonly Member[] | 'ended') => {
      if (members === 'ended') return forgetRoom(recents, room)
      setThere((before) => {
        const isAsBefore = JSON.stringify(before.get(room) ?? []) === JSON.stringify(members)
        return isAsBefore ? before : new Map(before).set(room, members)
      })
    }
    void watchRooms(rooms, tell, life.signal)
    return () => life.abort()
  }, [recents])
  return there
}

function forgetRoom(recents: RecentList, room: string): void {
  for (const recent of recents.getSnapshot()) if (recent.room === room) recents.forget(recent)
}

/** Looks up what this browser has, once per visit, and removes it. @see OFFICE.md OF31, OF32 */
function useCopies(
  user: string | undefined,
  notify: (text: string) => void,
): readonly [Copies, () => void] {
  const [copies, setCopies] = useState(NO_COPIES)
  const [look] = useState(() => () => void readCopies(user).then(setCopies))
  useEffect(() => {
    look()
    return onLook(look)
  }, [look])
  const remove = () => {
    void removeCopies(user)
      .then((areGone) => notify(t(areGone ? 'home.copiesRemoved' : 'home.copiesNotRemoved')))
      .then(look)
  }
  return [copies, remove]
}

async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // The browser forbids it, or the page isn't on a secure origin.
    return false
  }
}
