import type { KeyboardEvent } from 'react'
import type { Entry } from './entries.js'

/** Where the focus goes in the menu that is opened: an entry's number, or none. */
export type Where = 'first' | 'last' | number | null

/** The state of the menu bar, and what changes it. */
export interface Bar {
  readonly top: readonly Entry[]
  /** The way to the open menu. */
  readonly path: readonly number[]
  readonly isNarrow: boolean
  readonly open: (path: readonly number[], focus?: Where) => void
  readonly act: (entry: Entry) => void
  /** Closes all, and gives the focus back to the document. */
  readonly leave: () => void
  readonly stopAt: (at: number) => void
}

/** What stands for the number of an entry on the button that leads back, before all entries. */
export const BACK = -1

/** Returns the entry at the end of a way. */
export function entryAt(top: readonly Entry[], path: readonly number[]): Entry | undefined {
  const [first, ...rest] = path
  const entry = first === undefined ? undefined : top[first]
  return rest.length === 0 ? entry : entryAt(entry?.entries ?? [], rest)
}

/**
 * Deals with the keys of a menu bar as the ARIA Authoring Practices say.
 *
 * @see OFFICE.md OF102
 */
export function keyInMenus(event: KeyboardEvent<HTMLElement>, bar: Bar): void {
  const focused = pathOf(event.target)
  if (event.ctrlKey || event.metaKey || event.altKey || focused === undefined) return
  const isDone =
    focused.length === 1 ? keyInBar(event, focused[0]!, bar) : keyInMenu(event, focused, bar)
  if (!isDone) return
  event.preventDefault()
  event.stopPropagation()
}

function pathOf(target: EventTarget): readonly number[] | undefined {
  const path = target instanceof HTMLElement ? target.dataset['path'] : undefined
  return path?.split(',').map(Number)
}

const isRightToLeft = () => document.documentElement.dir === 'rtl'
/** Returns +1 for the arrow key that leads on, -1 for the one that leads back, or else 0. */
function sideOf(key: string): number {
  const side = { ArrowRight: 1, ArrowLeft: -1 }[key] ?? 0
  return isRightToLeft() ? -side : side
}

function keyInBar(
  { key, currentTarget }: KeyboardEvent<HTMLElement>,
  at: number,
  bar: Bar,
): boolean {
  const { top, path, open, leave } = bar
  const go = (to: number) => {
    const next = (to + top.length) % top.length
    bar.stopAt(next)
    currentTarget.querySelector<HTMLElement>(`[data-path="${next}"]`)?.focus()
    if (path.length > 0) open([next])
  }
  if (key === 'Escape') {
    if (path.length > 0) open([])
    else leave()
  } else if (key === 'ArrowDown' || key === 'Enter' || key === ' ') open([at], 'first')
  else if (key === 'ArrowUp') open([at], 'last')
  else if (sideOf(key) !== 0) go(at + sideOf(key))
  else if (key === 'Home') go(0)
  else if (key === 'End') go(top.length - 1)
  else return typed(top, at, key, go)
  return true
}

function keyInMenu(
  event: KeyboardEvent<HTMLElement>,
  focused: readonly number[],
  bar: Bar,
): boolean {
  const { key, currentTarget } = event
  const way = focused.slice(0, -1)
  const at = focused.at(-1)!
  const siblings = entryAt(bar.top, way)?.entries ?? []
  const least = bar.isNarrow && way.length > 1 ? BACK : 0
  const count = siblings.length - least
  const go = (to: number) => {
    const next = ((to - least + count) % count) + least
    currentTarget.querySelector<HTMLElement>(`[data-path="${[...way, next].join()}"]`)?.focus()
  }
  const choose = () => {
    if (at === BACK) goUp(event, way, bar)
    else takeEntry(siblings[at], focused, bar)
  }
  const acts: { readonly [key: string]: () => void } = {
    Escape: () => goUp(event, way, bar),
    ArrowDown: () => go(at + 1),
    ArrowUp: () => go(at - 1),
    Home: () => go(0),
    End: () => go(siblings.length - 1),
    Enter: choose,
    ' ': choose,
    [isRightToLeft() ? 'ArrowLeft' : 'ArrowRight']: () => goIn(siblings[at], focused, bar),
    [isRightToLeft() ? 'ArrowRight' : 'ArrowLeft']: () => {
      if (way.length > 1) goUp(event, way, bar)
      else openBeside(-1, bar)
    },
  }
  // The browser goes on to what is behind the menus.
  if (key === 'Tab') bar.open([])
  acts[key]?.()
  return acts[key] !== undefined || (key !== 'Tab' && typed(siblings, at, key, go))
}

const isParent = (entry: Entry | undefined): boolean =>
  entry?.entries !== undefined && entry.isOff !== true

/** Opens what an entry opens, or does what it does. */
function takeEntry(entry: Entry | undefined, path: readonly number[], { open, act }: Bar): void {
  if (isParent(entry)) open(path, 'first')
  else if (entry !== undefined) act(entry)
}

/** Opens what an entry opens, or else the next menu of the bar. */
function goIn(entry: Entry | undefined, path: readonly number[], bar: Bar): void {
  if (isParent(entry)) bar.open(path, 'first')
  else openBeside(1, bar)
}

/** Closes the menu, and focuses the entry that opened it. */
function goUp(
  { currentTarget }: KeyboardEvent<HTMLElement>,
  way: readonly number[],
  bar: Bar,
): void {
  const { isNarrow, open } = bar
  if (way.length === 1) {
    currentTarget.querySelector<HTMLElement>(`[data-path="${way[0]}"]`)?.focus()
    open([])
  } else if (isNarrow) open(way.slice(0, -1), way.at(-1))
  else {
    currentTarget.querySelector<HTMLElement>(`[data-path="${way.join()}"]`)?.focus()
    open(way.slice(0, -1))
  }
}

/** Opens the next menu of the bar, or the one before. */
function openBeside(by: number, { top, path, open }: Bar): void {
  const at = ((path[0] ?? 0) + by + top.length) % top.length
  open([at], 'first')
}

/** Goes to the next entry that begins with a letter. */
function typed(
  entries: readonly Entry[],
  at: number,
  key: string,
  go: (to: number) => void,
): boolean {
  if (key.length !== 1) return false
  const letter = key.toLowerCase()
  const order = entries.map((_, index) => (at + 1 + index) % entries.length)
  const next = order.find((index) => entries[index]!.label.toLowerCase().startsWith(letter))
  if (next !== undefined) go(next)
  return next !== undefined
}
