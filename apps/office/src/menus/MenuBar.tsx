import {
  memo,
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import { flushSync } from 'react-dom'
import type { Content } from '../content.js'
import { FilesButton } from '../files/FilesButton.js'
import { HistoryButton } from '../history/HistoryButton.js'
import { useNarrow } from '../presence/useNarrow.js'
import type { DocumentRoute } from '../route.js'
import type { Session } from '../session.js'
import { type Entry, type Menus, MENUS, offeredMenus, subscribeMenus } from './entries.js'
import { isHelpKey } from './keys.js'
import { type Bar as BarNow, entryAt, keyInMenus, type Where } from './menu-keys.js'
import { MenuPanel } from './MenuPanel.js'
import { shellMenus, together } from './shell-entries.js'
import { ShortcutsDialog } from './ShortcutsDialog.js'
import { TEXTS } from './texts.js'
import './menus.css'

interface MenuBarProps {
  readonly session: Session
  readonly route: DocumentRoute
  readonly content: Content
}

/**
 * Shows the menus of a document, and the buttons for files of a sheet and for the history. It isn't rendered again
 * whenever somebody moves, as the window around it is.
 *
 * @see OFFICE.md OF100
 */
export const MenuBar = memo(function MenuBar({ session, route, content }: MenuBarProps) {
  const canEdit = useSyncExternalStore(session.subscribe, () => session.canEdit)
  const offer = useSyncExternalStore(subscribeMenus, offeredMenus)
  const [hasShortcuts, showShortcuts] = useState(false)
  const around = { content, showShortcuts: () => showShortcuts(true) }
  const menusNow = () => menusOf(together(askedOf(offer, canEdit), shellMenus(around)))
  return (
    <>
      {offer !== undefined && <Bar menusNow={menusNow} content={content} />}
      {content.files && <FilesButton {...{ session, route }} files={content.files} />}
      <HistoryButton session={session} route={route} content={content} />
      {offer !== undefined && hasShortcuts && (
        <ShortcutsDialog
          menus={menusNow()}
          kind={route.kind}
          onClose={() => {
            showShortcuts(false)
            content.focus()
          }}
        />
      )}
      {offer !== undefined && <ShortcutsKey show={around.showShortcuts} />}
    </>
  )
})

/** Returns what a document offers. One that fails, such as one that is just closing, must not end the page. */
function askedOf(offer: ReturnType<typeof offeredMenus>, canEdit: boolean): Menus {
  try {
    return offer?.(canEdit) ?? {}
  } catch (error) {
    reportError(error)
    return {}
  }
}

/** Returns the menus that have entries, each with lines between its groups. */
function menusOf(menus: Menus): readonly Entry[] {
  return MENUS.flatMap((name) => {
    const groups = (menus[name] ?? []).filter((group) => group.length > 0)
    const entries = groups.flatMap((group, at) =>
      group.map((entry, index) => (at > 0 && index === 0 ? { ...entry, hasLine: true } : entry)),
    )
    return entries.length === 0 ? [] : [{ label: TEXTS.names[name], entries }]
  })
}

interface BarProps {
  /** Returns the menus as they are now. */
  readonly menusNow: () => readonly Entry[]
  readonly content: Content
}

function Bar({ menusNow, content }: BarProps) {
  const isNarrow = useNarrow()
  const around = useRef<HTMLDivElement>(null)
  /** The way to the open menu: the number of an entry at each level; empty while all are closed. */
  const [path, setPath] = useState<readonly number[]>([])
  const [stop, setStop] = useState(0)
  const focusNext = useFocus(around, path)
  const all = menusNow()
  const top = isNarrow ? [{ label: TEXTS.menu, entries: all }] : all
  const open = (to: readonly number[], focus: Where = null) => {
    focusNext(focus)
    setPath(to)
    if (to[0] !== undefined) setStop(to[0])
  }
  const close = () => flushSync(() => setPath([]))
  const act = ({ isOff, act: run, href }: Entry) => {
    if (isOff === true) return
    close()
    // The entry that had the focus is gone. A dialog that opens now gives it back to the document later.
    if (document.activeElement === document.body) content.focus()
    if (href === undefined) run?.()
    else window.open(href, '_blank', 'noopener')
  }
  const leave = () => {
    close()
    content.focus()
  }
  useClosing(around, path.length > 0, close)
  useBarKey(around, leave)
  const bar = { top, path, isNarrow, open, act, leave, stopAt: setStop }
  return (
    <div
      ref={around}
      role="presentation"
      className="menus"
      onKeyDown={(event) => keyInMenus(event, bar)}
    >
      <div role={isNarrow ? undefined : 'menubar'} aria-label={isNarrow ? undefined : TEXTS.bar}>
        {top.map(({ label }, at) => (
          <TopButton
            key={label}
            label={label}
            at={at}
            isStop={at === Math.min(stop, top.length - 1)}
            bar={bar}
          />
        ))}
      </div>
      <Panels bar={bar} />
    </div>
  )
}

interface TopButtonProps {
  readonly label: string
  readonly at: number
  /** Whether the Tab key stops here. */
  readonly isStop: boolean
  readonly bar: BarNow
}

function TopButton({ label, at, isStop, bar: { path, isNarrow, open } }: TopButtonProps) {
  const isOpen = path[0] === at
  return (
    <button
      type="button"
      role={isNarrow ? undefined : 'menuitem'}
      className={isNarrow ? 'share menu-top' : 'menu-top'}
      data-path={at}
      tabIndex={isStop ? 0 : -1}
      aria-haspopup="menu"
      aria-expanded={isOpen}
      // The selection in the text stays as it is.
      onMouseDown={(event) => event.preventDefault()}
      onClick={({ detail, currentTarget }) => {
        currentTarget.focus()
        open(isOpen ? [] : [at], detail === 0 ? 'first' : null)
      }}
      onPointerMove={({ pointerType, currentTarget }) => {
        if (pointerType !== 'mouse' || path.length === 0 || isOpen) return
        currentTarget.focus()
        open([at])
      }}
    >
      {label}
    </button>
  )
}

/** Renders the open menus; on a phone the last one, which leads back to the one before. */
function Panels({ bar: { top, path, isNarrow, open, act } }: { readonly bar: BarNow }) {
  const ways = path.map((_, depth) => path.slice(0, depth + 1))
  return (isNarrow ? ways.slice(-1) : ways).map((way) => {
    const entry = entryAt(top, way)
    const isBack = isNarrow && way.length > 1
    return (
      <MenuPanel
        key={way.join()}
        label={entry?.label ?? ''}
        entries={entry?.entries ?? []}
        path={way}
        openAt={path[way.length]}
        isFull={isNarrow}
        onBack={isBack ? () => open(way.slice(0, -1), way.at(-1)) : undefined}
        onOpen={(to) => open(to)}
        onAct={act}
      />
    )
  })
}

/** Returns a function that says where the focus goes in the menu that is opened next. */
function useFocus(
  around: React.RefObject<HTMLElement | null>,
  path: readonly number[],
): (where: Where) => void {
  const next = useRef<Where>(null)
  useLayoutEffect(() => {
    const where = next.current
    next.current = null
    if (where === null || around.current === null) return
    const selector = `[data-in="${path.join()}"] [data-path]:not(.back)`
    const items = [...around.current.querySelectorAll<HTMLElement>(selector)]
    const numbers = { first: 0, last: items.length - 1 }
    items[typeof where === 'number' ? where : numbers[where]]?.focus()
  }, [around, path])
  return (where) => {
    next.current = where
  }
}

/** Closes the menus by a click elsewhere, and when the window gets another size. */
function useClosing(
  around: React.RefObject<HTMLElement | null>,
  isOpen: boolean,
  close: () => void,
): void {
  const end = useEffectEvent(close)
  useEffect(() => {
    if (!isOpen) return
    const look = ({ target }: Event) => {
      if (!(target instanceof Node) || !around.current?.contains(target)) end()
    }
    const resized = () => end()
    document.addEventListener('pointerdown', look, { capture: true })
    document.addEventListener('focusin', look)
    window.addEventListener('resize', resized)
    return () => {
      document.removeEventListener('pointerdown', look, { capture: true })
      document.removeEventListener('focusin', look)
      window.removeEventListener('resize', resized)
    }
  }, [around, isOpen])
}

/** Lets F10 lead to the menus and back, as in other applications. @see OFFICE.md OF102 */
function useBarKey(around: React.RefObject<HTMLElement | null>, leave: () => void): void {
  const back = useEffectEvent(leave)
  useEffect(() => {
    const look = (event: KeyboardEvent) => {
      const { key, ctrlKey, altKey, metaKey, shiftKey } = event
      if (key !== 'F10' || ctrlKey || altKey || metaKey || shiftKey) return
      if (document.querySelector('dialog[open]') !== null) return
      event.preventDefault()
      event.stopPropagation()
      if (around.current?.contains(document.activeElement)) back()
      else around.current?.querySelector<HTMLElement>('.menu-top[tabindex="0"]')?.focus()
    }
    window.addEventListener('keydown', look, { capture: true })
    return () => window.removeEventListener('keydown', look, { capture: true })
  }, [around])
}

/** Lets Ctrl+/ show all shortcuts. */
function ShortcutsKey({ show }: { readonly show: () => void }) {
  const open = useEffectEvent(show)
  useEffect(() => {
    const look = (event: KeyboardEvent) => {
      if (!isHelpKey(event) || document.querySelector('dialog[open]') !== null) return
      event.preventDefault()
      event.stopPropagation()
      open()
    }
    window.addEventListener('keydown', look, { capture: true })
    return () => window.removeEventListener('keydown', look, { capture: true })
  }, [])
  return null
}
