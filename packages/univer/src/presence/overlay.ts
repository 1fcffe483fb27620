import type { WorkbookMember, WorkbookRoom } from '../room.js'
import { formatCell, parsePlace, type Place } from './place.js'
import type { Binding } from '../binding.js'
import type { Grid } from './grid.js'
import {
  CellMarker,
  createSelection,
  TAG_HEIGHT,
  TAGS_WIDTH,
  type CellGuests,
  type Guest,
} from './markers.js'
import { cutOff, placeInPane, placeTags, type Pane } from './panes.js'
import { styleSheet } from './style-sheet.js'

/** Draws the members' markers over the sheet's canvas. @see OFFICE.md SH2 */
export class Overlay {
  readonly #grid: Grid
  readonly #binding: Binding
  readonly #host: HTMLElement
  readonly #root: ShadowRoot
  readonly #room: WorkbookRoom
  readonly #panes = new Map<string, PaneOverlay>()
  readonly #places = new WeakMap<WorkbookMember, Place | null>()
  #frame: number | null = null
  /** Whether the markers still have to be laid over the canvas where it is now. */
  #isMoved = true

  constructor(grid: Grid, binding: Binding, room: WorkbookRoom, host: HTMLElement) {
    this.#grid = grid
    this.#binding = binding
    this.#host = host
    this.#room = room
    this.#root = host.shadowRoot ?? host.attachShadow({ mode: 'open' })
    this.#root.adoptedStyleSheets = [styleSheet()]
  }

  /** Draws again in the next animation frame. */
  readonly redraw = (): void => {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null
      this.#draw()
    })
  }

  /** Draws again, since the canvas may be elsewhere. */
  readonly moved = (): void => {
    this.#isMoved = true
    this.redraw()
  }

  /** Shows the names at the cell under the mouse. */
  readonly point = (at: { readonly x: number; readonly y: number }): void => {
    for (const pane of this.#panes.values()) pane.point(at)
  }

  close(): void {
    if (this.#frame !== null) cancelAnimationFrame(this.#frame)
    this.#root.replaceChildren()
  }

  #draw(): void {
    // Asking where something is has the browser lay out the page, which takes as long as all of the drawing.
    if (this.#isMoved) this.#coverCanvas()
    const guests = this.#guests()
    const panes = this.#grid.panes()
    for (const [name, overlay] of this.#panes) {
      if (!panes.some((pane) => pane.name === name)) this.#remove(name, overlay)
    }
    const top = Math.min(...panes.map(({ box }) => box.top))
    for (const pane of panes) {
      this.#paneOverlay(pane.name).draw(pane, guests, pane.box.top === top)
    }
  }

  // The canvas is below the toolbar, whose height Univer decides.
  #coverCanvas(): void {
    this.#isMoved = false
    const canvas = this.#grid.canvas.getBoundingClientRect()
    const { style } = this.#host
    style.transform = 'none'
    const own = this.#host.getBoundingClientRect()
    style.transform = `translate(${canvas.left - own.left}px, ${canvas.top - own.top}px)`
    style.width = `${canvas.width}px`
    style.height = `${canvas.height}px`
  }

  /** Returns the other members on the shown sheet. */
  #guests(): Guest[] {
    const { sheet } = this.#grid
    const { self, members } = this.#room.getSnapshot()
    return members.flatMap((member) => {
      const place = member.id === self ? null : this.#readPlace(member)
      return place?.sheet === sheet ? this.#findIn(place, member) : []
    })
  }

  /** Returns where a member's cell is now; empty if it is gone. */
  #findIn(place: Place, member: WorkbookMember): Guest[] {
    const at = (key: string | undefined) =>
      key === undefined ? undefined : this.#binding.positionOf(place.sheet, key)
    const cell = at(place.cell)
    const from = at(place.range?.[0])
    const to = at(place.range?.[1])
    const range = from === undefined || to === undefined ? undefined : { from, to }
    return cell === undefined ? [] : [{ member, place, cell, range }]
  }

  // A member that hasn't changed is the same object (CL2), so its place is parsed once.
  #readPlace(member: WorkbookMember): Place | null {
    const known = this.#places.get(member)
    if (known !== undefined) return known
    const place = parsePlace(member.location) ?? null
    this.#places.set(member, place)
    return place
  }

  #paneOverlay(name: string): PaneOverlay {
    const known = this.#panes.get(name)
    if (known !== undefined) return known
    const overlay = new PaneOverlay(this.#grid)
    this.#panes.set(name, overlay)
    this.#root.append(overlay.element)
    return overlay
  }

  #remove(name: string, overlay: PaneOverlay): void {
    overlay.element.remove()
    this.#panes.delete(name)
  }
}

/** The markers of one pane; all but name tags are clipped at its edges. */
class PaneOverlay {
  readonly element = document.createElement('div')
  readonly #grid: Grid
  readonly #selections = document.createElement('div')
  readonly #markers = new Map<string, CellMarker>()

  constructor(grid: Grid) {
    this.#grid = grid
    this.element.className = 'pane'
    this.element.append(this.#selections)
  }

  point(at: { readonly x: number; readonly y: number }): void {
    for (const marker of this.#markers.values()) marker.point(at)
  }

  draw(pane: Pane, guests: readonly Guest[], isTopPane: boolean): void {
    const { left, top, width, height } = pane.box
    this.element.style.transform = `translate(${left}px, ${top}px)`
    this.element.style.width = `${width}px`
    this.element.style.height = `${height}px`
    this.#drawSelections(pane, guests)
    this.#drawMarkers(pane, groupByCell(guests), isTopPane)
  }

  #drawSelections(pane: Pane, guests: readonly Guest[]): void {
    const { zoom } = this.#grid
    const elements = guests.flatMap((guest) => {
      const { range } = guest
      if (range === undefined || guest.member.status === 'away') return []
      const area = this.#grid.rangeArea(range)
      const box = area === undefined ? undefined : placeInPane(area, pane, zoom)
      return box === undefined ? [] : [createSelection(guest, box, cutOff(box, pane.box))]
    })
    this.#selections.replaceChildren(...elements)
  }

  #drawMarkers(pane: Pane, cells: ReadonlyMap<string, readonly Guest[]>, isTopPane: boolean): void {
    const unused = new Map(this.#markers)
    for (const [cell, guests] of cells) {
      const placed = this.#place(cell, guests, pane, isTopPane)
      if (placed === undefined) continue
      unused.delete(cell)
      this.#marker(cell).update(placed, pane.box.width)
    }
    for (const [cell, marker] of unused) {
      marker.element.remove()
      this.#markers.delete(cell)
    }
  }

  #place(
    cell: string,
    guests: readonly Guest[],
    pane: Pane,
    isTopPane: boolean,
  ): CellGuests | undefined {
    const at = guests[0]!.cell
    const area = this.#grid.cellArea(at)
    const box = area === undefined ? undefined : placeInPane(area, pane, this.#grid.zoom)
    if (box === undefined) return undefined
    const { above, below } = this.#grid.around(at)
    const width = TAGS_WIDTH / this.#grid.zoom
    const surroundings = {
      isTopPane,
      isFreeAbove: this.#grid.isFree(above, at.column, width),
      isFreeBelow: this.#grid.isFree(below, at.column, width),
    }
    const tags = placeTags(box, pane.box, surroundings, TAG_HEIGHT)
    return { cell, box, cut: cutOff(box, pane.box), tags, guests }
  }

  #marker(cell: string): CellMarker {
    const known = this.#markers.get(cell)
    if (known !== undefined) return known
    const marker = new CellMarker()
    this.#markers.set(cell, marker)
    this.element.append(marker.element)
    return marker
  }
}

function groupByCell(guests: readonly Guest[]): ReadonlyMap<string, readonly Guest[]> {
  return Map.groupBy(guests, ({ cell }) => formatCell(cell))
}
