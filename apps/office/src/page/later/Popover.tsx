import {
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
} from 'react'

interface PopoverProps {
  readonly label: string
  readonly face: ReactNode
  /** Whether a click takes the focus from the text, as what can be dragged must. */
  readonly takesFocus?: boolean
  /** What is in it while it is open. `closeMenu` closes it. */
  readonly children: ReactNode
}

const MARGIN_PX = 8
const ITEMS = '[role^="menuitem"]'

/**
 * Renders a button that opens a menu. A click leaves the selection in the text; whoever opens the
 * menu by keyboard gets into it, and Escape leads back to the button.
 */
export function Popover({ label, face, takesFocus = false, children }: PopoverProps) {
  const id = useId()
  const [isOpen, setIsOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const panel = useRef<HTMLDivElement>(null)
  const isByKeyboard = useRef(false)
  useToggle(panel, setIsOpen)
  useLayoutEffect(() => {
    if (!isOpen || panel.current === null || button.current === null) return
    placeBelow(panel.current, button.current)
    if (isByKeyboard.current) itemsOf(panel.current)[0]?.focus()
  }, [isOpen])
  return (
    <>
      <button
        ref={button}
        type="button"
        className="tool"
        title={label}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        popoverTarget={id}
        onMouseDown={(event) => takesFocus || event.preventDefault()}
        onClick={({ detail }) => {
          isByKeyboard.current = detail === 0
        }}
      >
        {face}
      </button>
      <div
        ref={panel}
        id={id}
        popover="auto"
        className="choices"
        role="menu"
        tabIndex={-1}
        aria-label={label}
        onMouseDown={(event) => event.preventDefault()}
        onKeyDown={moveWithin}
      >
        {isOpen && children}
      </div>
    </>
  )
}

/** Closes the open menu. */
export function closeMenu(): void {
  document.querySelector<HTMLElement>('.choices:popover-open')?.hidePopover()
}

function useToggle(
  panel: React.RefObject<HTMLElement | null>,
  setIsOpen: (isOpen: boolean) => void,
): void {
  useEffect(() => {
    const element = panel.current
    const look = (event: ToggleEvent) => setIsOpen(event.newState === 'open')
    element?.addEventListener('toggle', look)
    return () => element?.removeEventListener('toggle', look)
  }, [panel, setIsOpen])
}

/** Puts a menu below a button, or above it where there is no space, and within the window. */
export function placeBelow(
  panel: HTMLElement,
  anchor: Pick<Element, 'getBoundingClientRect'>,
): void {
  const at = anchor.getBoundingClientRect()
  const { offsetWidth, offsetHeight } = panel
  const left = Math.min(at.left, innerWidth - offsetWidth - MARGIN_PX)
  const isAbove = at.bottom + offsetHeight + MARGIN_PX > innerHeight && at.top > offsetHeight
  panel.style.left = `${Math.max(MARGIN_PX, left)}px`
  panel.style.top = `${isAbove ? at.top - offsetHeight - 4 : at.bottom + 4}px`
}

const itemsOf = (panel: Element): HTMLElement[] => [...panel.querySelectorAll<HTMLElement>(ITEMS)]

function moveWithin(event: KeyboardEvent<HTMLElement>): void {
  // The toolbar around it has keys of its own.
  event.stopPropagation()
  const items = itemsOf(event.currentTarget)
  const at = items.findIndex((item) => item === document.activeElement)
  const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key]
  const to = { Home: 0, End: items.length - 1 }[event.key]
  const next = by === undefined ? to : (at + by + items.length) % items.length
  if (next === undefined) return
  event.preventDefault()
  items[next]?.focus()
}
