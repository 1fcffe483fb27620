import type { Member } from '@whereabouts/client'
import { inkOn } from '../person.js'
import type { Cell, Place, Range } from '../place.js'
import type { Box } from './panes.js'

/** Somebody at a place, and where in this grid that is. */
export interface Guest {
  readonly member: Member
  readonly place: Place
  readonly cell: Cell
  readonly range: Range | undefined
}

/** Those who are in one cell, and where in the pane that is. */
export interface CellGuests {
  readonly cell: string
  readonly box: Box
  readonly guests: readonly Guest[]
}

const TAGS_SHOWN = 4
const RINGS_SHOWN = 3
const TAG_HEIGHT = 20
// Less than this to the right of a cell, and its tags grow to the left.
const TAGS_WIDTH = 130

/** The border, name tags and typed text on one cell. @see PROTOCOL.md SH2, SH3, SH4 */
export class CellMarker {
  readonly element = createElement('div', 'marker')
  #guests: readonly Guest[] = []

  /** @param paneWidth in pixels; tags that would leave the pane are put on the other side. */
  update({ cell, box, guests }: CellGuests, paneWidth: number): void {
    const { element } = this
    putAt(element, box)
    element.dataset['cell'] = cell
    element.toggleAttribute('data-below', box.top < TAG_HEIGHT)
    element.toggleAttribute('data-left', box.left + TAGS_WIDTH > paneWidth && box.left > TAGS_WIDTH)
    // Scrolling moves a marker many times a second; what is in it is the same all the while.
    if (isSame(this.#guests, guests)) return
    this.#guests = guests
    element.replaceChildren(...createRings(guests), createTags(guests), createTexts(guests))
  }
}

/** The tinted selection of one member. */
export function createSelection({ member }: Guest, box: Box): HTMLElement {
  const element = createElement('div', 'selection')
  element.style.setProperty('--color', member.user.color)
  putAt(element, box)
  return element
}

function createRings(guests: readonly Guest[]): HTMLElement[] {
  return guests.slice(0, RINGS_SHOWN).map(({ member }, at) => {
    const ring = paint(createElement('div', 'ring'), member)
    ring.style.setProperty('--at', String(at))
    return ring
  })
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
    // As text, never as markup: a stranger wrote it.
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

function paint(element: HTMLElement, { user, status }: Member): HTMLElement {
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
