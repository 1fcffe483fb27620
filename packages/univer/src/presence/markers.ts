import type { WorkbookMember } from '../room.js'
import { inkOn } from './ink.js'
import type { Cell, Place, Range } from './place.js'
import type { Box, Cut, TagPlace } from './panes.js'

/** A member at a place, and the position of that in this grid. */
export interface Guest {
  readonly member: WorkbookMember
  readonly place: Place
  readonly cell: Cell
  readonly range: Range | undefined
}

/** The members in one cell, and where in the pane it is. */
export interface CellGuests {
  readonly cell: string
  readonly box: Box
  readonly cut: Cut
  readonly tags: TagPlace
  readonly guests: readonly Guest[]
}

const TAGS_SHOWN = 4
const RINGS_SHOWN = 3
/** The height of a name tag in pixels. */
export const TAG_HEIGHT = 20
// With less room to the right of a cell, its tags grow to the left.
export const TAGS_WIDTH = 130

/** The border, name tags and typed text at one cell. @see OFFICE.md SH2, SH3, SH4, SH32 to SH34 */
export class CellMarker {
  readonly element = createElement('div', 'marker')
  #guests: readonly Guest[] = []

  /** Shows the tags again while the mouse is over the cell. */
  point({ x, y }: { readonly x: number; readonly y: number }): void {
    const { left, top, right, bottom } = this.element.getBoundingClientRect()
    const isOn = x >= left && x <= right && y >= top && y <= bottom
    this.element.toggleAttribute('data-pointed', isOn)
  }

  /** @param paneWidth in pixels; tags that would leave the pane go to the other side */
  update({ cell, box, cut, tags, guests }: CellGuests, paneWidth: number): void {
    const { element } = this
    putAt(element, box)
    element.dataset['cell'] = cell
    element.dataset['tags'] = tags
    element.toggleAttribute('data-left', box.left + TAGS_WIDTH > paneWidth && box.left > TAGS_WIDTH)
    element.toggleAttribute('data-hidden', box.width === 0 || box.height === 0)
    const { top, right, bottom, left } = cut
    element.style.setProperty('--cut', `${top}px ${right}px ${bottom}px ${left}px`)
    element.style.setProperty('--cut-left', `${left}px`)
    element.style.setProperty('--cut-start', `${top}px -999px -999px ${left}px`)
    // Scrolling moves a marker many times a second, while its content stays the same.
    if (isSame(this.#guests, guests)) return
    this.#guests = guests
    element.replaceChildren(createRings(guests), createTags(guests), createTexts(guests))
  }
}

/** Creates the tinted selection of one member. */
export function createSelection({ member }: Guest, box: Box, cut: Cut): HTMLElement {
  const element = createElement('div', 'selection')
  element.style.clipPath = `inset(${cut.top}px ${cut.right}px ${cut.bottom}px ${cut.left}px)`
  element.style.setProperty('--color', member.user.color)
  putAt(element, box)
  return element
}

function createRings(guests: readonly Guest[]): HTMLElement {
  const rings = createElement('div', 'rings')
  for (const [at, { member }] of guests.slice(0, RINGS_SHOWN).entries()) {
    const ring = paint(createElement('div', 'ring'), member)
    ring.style.setProperty('--at', String(at))
    rings.append(ring)
  }
  return rings
}

function createTags(guests: readonly Guest[]): HTMLElement {
  const tags = createElement('div', 'tags')
  for (const guest of guests.slice(0, TAGS_SHOWN)) {
    const { member } = guest
    const tag = paint(createElement('span', 'tag'), member)
    tag.textContent = member.user.name
    tag.dataset['member'] = member.id
    tag.toggleAttribute('data-typing', isTyping(guest))
    tags.append(tag)
  }
  const unseen = guests.length - TAGS_SHOWN
  if (unseen > 0) {
    const more = createElement('span', 'tag')
    more.textContent = `+${unseen}`
    tags.append(more)
  }
  return tags
}

function createTexts(guests: readonly Guest[]): HTMLElement {
  const texts = createElement('div', 'texts')
  for (const { member, place } of guests.filter(isTyping)) {
    const text = paint(createElement('div', 'typing'), member)
    // A stranger wrote the text, so it is set as text, never as markup.
    text.textContent = place.typing ?? ''
    text.dataset['typingBy'] = member.id
    text.dir = 'auto'
    texts.append(text)
  }
  return texts
}

function createElement(name: 'div' | 'span', className: string): HTMLElement {
  const element = document.createElement(name)
  element.className = className
  return element
}

function paint(element: HTMLElement, { user, status }: WorkbookMember): HTMLElement {
  element.style.setProperty('--color', user.color)
  element.style.setProperty('--ink', inkOn(user.color))
  element.dataset['status'] = status
  return element
}

function putAt(element: HTMLElement, { left, top, width, height }: Box): void {
  element.style.transform = `translate(${left}px, ${top}px)`
  element.style.width = `${width}px`
  element.style.height = `${height}px`
}

function isTyping({ member, place }: Guest): boolean {
  return place.typing !== undefined && member.status === 'online'
}

function isSame(before: readonly Guest[], after: readonly Guest[]): boolean {
  return (
    before.length === after.length && before.every(({ member }, at) => member === after[at]!.member)
  )
}
