import { useLayoutEffect, useRef } from 'react'
import type { Entry } from './entries.js'
import { saidKeys, shownKeys } from './keys.js'
import { BACK } from './menu-keys.js'
import { TEXTS } from './texts.js'

interface MenuPanelProps {
  readonly label: string
  readonly entries: readonly Entry[]
  /** The way to this menu. */
  readonly path: readonly number[]
  /** Which entry's menu is open. */
  readonly openAt: number | undefined
  /** Whether it stands alone below the bar, as on a phone. */
  readonly isFull: boolean
  readonly onBack: (() => void) | undefined
  readonly onOpen: (path: readonly number[]) => void
  readonly onAct: (entry: Entry) => void
}

const MARGIN_PX = 8

/** Renders one open menu, above everything else. */
export function MenuPanel(props: MenuPanelProps) {
  const { label, entries, path, openAt, isFull, onBack, onOpen, onAct } = props
  const panel = useRef<HTMLDivElement>(null)
  const way = path.join()
  const isBeside = path.length > 1 && !isFull
  useLayoutEffect(() => {
    const element = panel.current
    const from = isFull ? '0' : way
    const anchor = element?.closest('.menus')?.querySelector(`[data-path="${from}"]`)
    if (!element || !anchor) return
    element.showPopover()
    place(element, anchor, isBeside)
    return () => element.hidePopover()
  }, [way, isFull, isBeside])
  return (
    <div
      ref={panel}
      popover="manual"
      className="menu-panel"
      role="menu"
      aria-label={label}
      tabIndex={-1}
      data-in={way}
    >
      {onBack && (
        <button
          type="button"
          role="menuitem"
          className="menu-entry back"
          tabIndex={-1}
          data-path={[...path, BACK].join()}
          onClick={onBack}
        >
          {TEXTS.back}
        </button>
      )}
      {entries.map((entry, at) => (
        <Item
          key={`${entry.label} ${entry.keys ?? ''} ${entry.id ?? ''}`}
          entry={entry}
          path={[...path, at]}
          isOpen={openAt === at}
          onOpen={onOpen}
          onAct={onAct}
        />
      ))}
    </div>
  )
}

interface ItemProps extends Pick<MenuPanelProps, 'onOpen' | 'onAct' | 'path'> {
  readonly entry: Entry
  readonly isOpen: boolean
}

function Item({ entry, path, isOpen, onOpen, onAct }: ItemProps) {
  const { label, keys, isOn, isChoice, isOff, entries } = entry
  const isParent = entries !== undefined
  const button = (
    <button
      type="button"
      className="menu-entry"
      role={isOn === undefined ? 'menuitem' : switchRole(isChoice)}
      tabIndex={-1}
      data-path={path.join()}
      data-does={entry.id}
      aria-checked={isOn}
      aria-disabled={isOff || undefined}
      aria-haspopup={isParent ? 'menu' : undefined}
      aria-expanded={isParent ? isOpen : undefined}
      aria-keyshortcuts={keys === undefined ? undefined : saidKeys(keys)}
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => {
        if (!isParent) onAct(entry)
        else if (isOff !== true) onOpen(path)
      }}
      // A menu that opens under a mouse that rests changes nothing.
      onPointerMove={({ pointerType, currentTarget }) => {
        if (pointerType !== 'mouse' || currentTarget === document.activeElement) return
        currentTarget.focus()
        onOpen(isParent && isOff !== true ? path : path.slice(0, -1))
      }}
    >
      <span>{label}</span>
      {keys !== undefined && <kbd>{shownKeys(keys)}</kbd>}
    </button>
  )
  return entry.hasLine === true ? (
    <>
      <hr />
      {button}
    </>
  ) : (
    button
  )
}

const switchRole = (isChoice = false) => (isChoice ? 'menuitemradio' : 'menuitemcheckbox')

/** Puts a menu below its name in the bar, or beside the entry that opened it, and within the window. */
function place(panel: HTMLElement, anchor: Element, isBeside: boolean): void {
  const at = anchor.getBoundingClientRect()
  const { offsetWidth: width, offsetHeight: height } = panel
  const isRightToLeft = document.documentElement.dir === 'rtl'
  const after = isRightToLeft ? at.left - width : at.right
  const before = isRightToLeft ? at.right : at.left - width
  const fits = (left: number) => left >= MARGIN_PX && left + width <= innerWidth - MARGIN_PX
  const beside = fits(after) ? after : before
  const below = isRightToLeft ? at.right - width : at.left
  const left = Math.min(isBeside ? beside : below, innerWidth - width - MARGIN_PX)
  const top = Math.min(isBeside ? at.top - 7 : at.bottom + 2, innerHeight - height - MARGIN_PX)
  panel.style.left = `${Math.max(MARGIN_PX, left)}px`
  panel.style.top = `${Math.max(MARGIN_PX, top)}px`
}
