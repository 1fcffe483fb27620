import type { Injector, Univer } from '@univerjs/core'
import {
  HoverManagerService,
  IEditorBridgeService,
  SheetsSelectionsService,
} from '@univerjs/preset-sheets-core'
import type { GivenBack, SharedWorkbook } from '@whereabouts/univer'
import { addLinks, addNotes, CellBoxes, type Links, type Notes } from '@whereabouts/univer/late'
import { focusCells } from '../focus-cells.js'
import { t } from '../language/language.js'
import { Card, type Box } from './card.js'
import { addCommands } from './commands.js'
import { LinkField } from './link-field.js'
import { linkElement, openLink, textOf } from './link-element.js'
import { NoteField } from './note-field.js'
import type { CellTexts } from './texts.js'

/** A cell of the grid by its position. */
export interface Place {
  readonly sheet: string
  readonly row: number
  readonly column: number
}

/** A field that is open beside a cell. */
interface Edited {
  readonly sheet: string
  /** The key of its cell, which others may move. */
  readonly key: string
}

/** Shows the notes and links of cells, and lets them be written. @see OFFICE.md SH145, SH146, SH150, SH151 */
export function addCellCards(
  univer: Univer,
  shared: SharedWorkbook,
  texts: CellTexts,
  giveBack: (given: GivenBack) => void,
): void {
  const injector = univer.__getInjector()
  const cards = new CellCards(injector, shared, texts, giveBack)
  addCommands(injector, cards)
  cards.start()
}

/** What is beside the cells of one window. */
export class CellCards {
  readonly texts: CellTexts
  readonly #injector: Injector
  readonly #shared: SharedWorkbook
  readonly #notes: Notes
  readonly #links: Links
  readonly #giveBack: (given: GivenBack) => void
  readonly #card = new Card()
  readonly #boxes: CellBoxes
  readonly #selections: SheetsSelectionsService
  #hovered: Place | null = null
  #edited: Edited | null = null
  #isWaiting = false

  constructor(
    injector: Injector,
    shared: SharedWorkbook,
    texts: CellTexts,
    giveBack: (given: GivenBack) => void,
  ) {
    this.texts = texts
    this.#injector = injector
    this.#shared = shared
    this.#notes = addNotes(injector, shared)
    this.#links = addLinks(injector, shared)
    this.#giveBack = giveBack
    this.#boxes = new CellBoxes(shared.workbook, injector)
    this.#selections = injector.get(SheetsSelectionsService)
  }

  start(): void {
    this.#injector.get(HoverManagerService).currentCell$.subscribe((cell) => {
      const { subUnitId: sheet, row, col: column } = cell?.location ?? {}
      const isAny = sheet !== undefined && row !== undefined && column !== undefined
      this.#hovered = isAny ? { sheet, row, column } : null
      this.showSoon()
    })
    this.#shared.subscribe(this.showSoon)
    addEventListener('resize', this.showSoon)
    // Univer tells of cells that the mouse comes to, and not that it leaves them.
    document.addEventListener('pointerover', ({ target }) => {
      if (this.#hovered === null || target instanceof HTMLCanvasElement) return
      this.#hovered = null
      this.showSoon()
    })
  }

  /** Shows what is beside the cell, once the grid is as it will be. */
  readonly showSoon = (): void => {
    if (this.#isWaiting) return
    this.#isWaiting = true
    requestAnimationFrame(() => {
      this.#isWaiting = false
      this.#show()
    })
  }

  /** Whether one cell is selected. */
  get hasCell(): boolean {
    return this.#selected !== null
  }

  /** Whether the selected cell has a note. */
  get hasNote(): boolean {
    return this.#noteAt(this.#selected) !== undefined
  }

  /** Whether the selected cell leads anywhere. */
  get hasLink(): boolean {
    return this.#linkAt(this.#selected) !== undefined
  }

  /** Opens the note of the selected cell for editing. */
  editNote(): boolean {
    const place = this.#begin()
    if (place === null) return false
    const before = this.#noteAt(place) ?? ''
    const { noteCharacters } = this.#shared.attached
    const label = this.texts.noteOf(this.#nameOf(place))
    const field = new NoteField(before, noteCharacters, label, this.texts, (text, isByKey) => {
      const at = this.#end(isByKey)
      if (text === before) return
      const isWritten = at !== null && this.#notes.write(at, text)
      if (!isWritten && text !== '') this.#return(text, at)
    })
    this.#edit(field, label, place)
    return true
  }

  deleteNote(): boolean {
    const place = this.#selected
    return place !== null && this.#notes.write(place, '')
  }

  /** Opens a field for where the selected cell leads. */
  editLink(): boolean {
    const place = this.#begin()
    if (place === null) return false
    const link = this.#linkAt(place)
    const label = this.texts.linkOf(this.#nameOf(place))
    const before = link === undefined ? '' : textOf(link)
    const read = (typed: string) => this.#links.read(typed)
    const field = new LinkField(before, label, this.texts, read, (typed, isByKey) => {
      const at = this.#end(isByKey)
      if (typed === null || typed === before) return
      if (at === null) this.#return(typed, at)
      else this.#writeLink(at, typed)
    })
    this.#edit(field, label, place)
    return true
  }

  deleteLink(): boolean {
    const place = this.#selected
    return place !== null && this.#links.write(place, null)
  }

  /** Opens where the selected cell leads. */
  followLink(): boolean {
    const link = this.#linkAt(this.#selected)
    if (link === undefined) return false
    openLink(link, this.#links.cellsOf(link), this.#shared.workbook)
    return true
  }

  #writeLink(place: Place, typed: string): void {
    const link = typed.trim() === '' ? null : this.#links.read(typed)
    const isWritten = link !== undefined && this.#links.write(place, link)
    if (!isWritten && link !== null) this.#return(typed, place)
    if (!isWritten || link === null) return
    const sheet = this.#shared.workbook.getSheetBySheetId(place.sheet)
    const { v, f } = this.#shared.cellAt(place.sheet, place.row, place.column)
    const isEmpty = v === undefined && f === undefined
    // A link without a text couldn't be seen.
    if (isEmpty) sheet?.getRange(place.row, place.column).setValue({ v: typed.trim(), t: 1 })
  }

  #begin(): Place | null {
    return this.#edited === null ? this.#selected : null
  }

  #edit(field: NoteField | LinkField, label: string, place: Place): void {
    const key = this.#shared.keyAt(place)
    if (key === undefined) return
    this.#edited = { sheet: place.sheet, key }
    this.#card.show([field.element], label, false)
    this.#card.place(this.#boxOf(place))
    // Univer gives the focus back to the cells once a menu's command has begun.
    queueMicrotask(() => field.focus())
  }

  /** Returns where the cell is now that was edited. */
  #end(isByKey: boolean): Place | null {
    const edited = this.#edited
    this.#edited = null
    this.#card.hide()
    this.showSoon()
    if (isByKey) focusCells()
    return edited && this.#placeOf(edited)
  }

  /** Gives back a text that couldn't be written at a place. */
  #return(text: string, at: Place | null): void {
    const reason = t(at === null ? 'grid.cellGone' : 'grid.readOnly')
    this.#giveBack({ reason, text, isTable: false })
  }

  /** The cell that is selected alone. */
  get #selected(): Place | null {
    const { primary, range } = this.#selections.getCurrentLastSelection() ?? {}
    if (!primary || range === undefined) return null
    const { actualRow: row, actualColumn: column, isMerged, isMergedMainCell } = primary
    const isOne = range.startRow === range.endRow && range.startColumn === range.endColumn
    if (!isOne && !isMerged && !isMergedMainCell) return null
    return { sheet: this.#sheet, row, column }
  }

  get #sheet(): string {
    return this.#shared.workbook.getActiveSheet().getSheetId()
  }

  #noteAt(place: Place | null): string | undefined {
    return place === null ? undefined : this.#notes.at(place)
  }

  #linkAt(place: Place | null) {
    return place === null ? undefined : this.#links.at(place)
  }

  #hasAny(place: Place | null): boolean {
    return this.#noteAt(place) !== undefined || this.#linkAt(place) !== undefined
  }

  #show(): void {
    if (this.#edited !== null) {
      this.#card.place(this.#boxOf(this.#placeOf(this.#edited)))
      return
    }
    const isTyping = this.#injector.get(IEditorBridgeService).isVisible().visible
    const selected = isTyping ? null : this.#selected
    const shown = this.#hasAny(this.#hovered) ? this.#hovered : selected
    const box = this.#hasAny(shown) ? this.#boxOf(shown) : undefined
    if (shown === null || box === undefined) {
      this.#card.hide()
      return
    }
    const isSelected = shown.row === selected?.row && shown.column === selected.column
    this.#fill(shown, !isSelected)
    this.#card.place(box)
  }

  #fill(place: Place, isPassing: boolean): void {
    const [note, link] = [this.#noteAt(place), this.#linkAt(place)]
    const name = this.#nameOf(place)
    const label = note === undefined ? this.texts.linkOf(name) : this.texts.noteOf(name)
    const follow = () => void this.followLink()
    const content = [
      ...(link === undefined ? [] : [linkElement(link, this.texts, follow)]),
      ...(note === undefined ? [] : [note]),
    ]
    this.#card.show(content, label, isPassing, JSON.stringify([place, note, link]))
  }

  #boxOf(place: Place | null): Box | undefined {
    return place?.sheet === this.#sheet ? this.#boxes.of(place) : undefined
  }

  #placeOf({ sheet, key }: Edited): Place | null {
    const at = this.#shared.positionOf(sheet, key)
    return at === undefined ? null : { sheet, ...at }
  }

  #nameOf({ row, column }: Place): string {
    return this.#shared.workbook.getActiveSheet().getRange(row, column).getA1Notation()
  }
}
