import type { FUniver } from '@univerjs/core/facade'
import { DisposableCollection, toDisposable, type IDisposable, type Injector } from '@univerjs/core'
import { SetSelectionsOperation, SheetsSelectionsService } from '@univerjs/preset-sheets-core'
import { parsePlace, toLocation, type Cell, type Place } from './place.js'
import type { WorkbookRoom } from '../room.js'
import type { Binding } from '../binding.js'
import type { Workbook } from './grid.js'

interface Editing {
  /** The cell, wherever it goes while somebody types. */
  readonly place: Place
  readonly typing: string
}

/**
 * Tells the room where this window's own selection is and what is being typed.
 *
 * @returns what ends that.
 * @see OFFICE.md SH1, SH4
 */
export function followOwnPlace(
  api: FUniver,
  workbook: Workbook,
  injector: Injector,
  binding: Binding,
  room: WorkbookRoom,
): IDisposable {
  const selections = injector.get(SheetsSelectionsService)
  const own = new OwnPlace(new Selection(workbook, selections, binding), api, binding, room)
  own.start()
  return own
}

class OwnPlace implements IDisposable {
  readonly #selection: Selection
  readonly #api: FUniver
  readonly #binding: Binding
  readonly #room: WorkbookRoom
  readonly #listening = new DisposableCollection()
  #editing: Editing | null = null
  #reported: Place | null = null
  #isReturning = false

  constructor(selection: Selection, api: FUniver, binding: Binding, room: WorkbookRoom) {
    this.#selection = selection
    this.#api = api
    this.#binding = binding
    this.#room = room
  }

  start(): void {
    this.#listen()
    this.#returnWhenKnown()
  }

  dispose(): void {
    this.#listening.dispose()
  }

  #listen(): void {
    const { Event } = this.#api
    // The selection events of the facade are silent for the first seconds; the command isn't.
    this.#on(Event.CommandExecuted, ({ id }) => {
      if (id === SetSelectionsOperation.id) this.#report()
    })
    this.#on(Event.ActiveSheetChanged, this.#report)
    this.#on(Event.SheetEditStarted, ({ worksheet, row, column }) => {
      const sheet = worksheet.getSheetId()
      const cell = this.#binding.keyAt({ sheet, row, column })
      this.#edit(cell === undefined ? null : { place: { sheet, cell }, typing: '' })
    })
    this.#on(Event.SheetEditChanging, ({ value }) => {
      const typing = value.toPlainText().replace(/\n$/, '')
      this.#edit(this.#editing === null ? null : { ...this.#editing, typing })
    })
    this.#on(Event.SheetEditEnded, () => this.#edit(null))
    this.#binding.whenCarried(this.#follow)
  }

  readonly #on: FUniver['addEvent'] = (event, listener) => {
    const listening = this.#api.addEvent(event, listener)
    this.#listening.add(listening)
    return listening
  }

  #edit(editing: Editing | null): void {
    this.#editing = editing
    this.#report()
  }

  readonly #report = (): void => this.#binding.whenSettled(this.#reportNow)

  readonly #reportNow = (): void => {
    if (this.#isReturning) return
    const place = this.#editing
      ? { ...this.#editing.place, typing: this.#editing.typing }
      : this.#selection.place
    if (place === undefined) return
    this.#reported = place
    this.#room.move(toLocation(place))
  }

  /** Goes with the own cell when others have put it elsewhere, as its marker does in their windows. */
  readonly #follow = (): void => {
    const place = this.#reported
    if (place === null || this.#editing !== null) return
    if (!this.#selection.carry(place)) this.#report()
  }

  /**
   * After a reload the member is still where it was, and so is the selection, unless something was
   * selected in the meantime. A newcomer is in the cell that is selected to begin with.
   */
  #returnWhenKnown(): void {
    const before = () => {
      const { self, members } = this.#room.getSnapshot()
      return self === null ? undefined : members.find(({ id }) => id === self)
    }
    const go = () => {
      const own = before()
      if (own === undefined || this.#reported !== null) return
      const place = parsePlace(own.location)
      // On the way there are cells that nobody meant to be in.
      this.#isReturning = true
      if (place !== undefined) this.#selection.goTo(place)
      this.#isReturning = false
      this.#reportNow()
    }
    go()
    if (this.#reported !== null) return
    const unsubscribe = this.#room.subscribe(() => {
      go()
      if (this.#reported !== null) unsubscribe()
    })
    this.#listening.add(toDisposable(unsubscribe))
  }
}

/** What is selected in this window, by keys. */
class Selection {
  readonly #workbook: Workbook
  readonly #selections: SheetsSelectionsService
  readonly #binding: Binding

  constructor(workbook: Workbook, selections: SheetsSelectionsService, binding: Binding) {
    this.#workbook = workbook
    this.#selections = selections
    this.#binding = binding
  }

  get place(): Place | undefined {
    const selected = this.#selections.getCurrentLastSelection()
    const { primary } = selected ?? {}
    if (!selected || !primary) return undefined
    const sheet = this.#workbook.getActiveSheet().getSheetId()
    const { startRow, startColumn, endRow, endColumn } = selected.range
    const cell = this.#key(primary.startRow, primary.startColumn)
    if (cell === undefined) return undefined
    const from = this.#key(orFirst(startRow), orFirst(startColumn))
    const to = this.#key(endRow, endColumn)
    const isMore = from !== cell || to !== this.#key(primary.endRow, primary.endColumn)
    const range =
      isMore && from !== undefined && to !== undefined ? ([from, to] as const) : undefined
    return { sheet, cell, ...(range === undefined ? {} : { range }) }
  }

  /** Brings a place into sight and selects it, if it is there. */
  goTo({ sheet: id, cell: key }: Place): void {
    const sheet = this.#workbook.getSheetBySheetId(id)
    const cell = this.#binding.positionOf(id, key)
    if (sheet === null || cell === undefined) return
    this.#workbook.setActiveSheet(sheet)
    sheet.setActiveRange(sheet.getRange(cell.row, cell.column))
    sheet.scrollToCell(Math.max(0, cell.row - 5), Math.max(0, cell.column - 3))
  }

  /** Selects a place where it is by now, without scrolling; whether it still is. */
  carry({ sheet: id, cell: key, range }: Place): boolean {
    const sheet = this.#workbook.getActiveSheet()
    const cell = this.#binding.positionOf(id, key)
    if (sheet.getSheetId() !== id || cell === undefined) return false
    const from = range && this.#binding.positionOf(id, range[0])
    const to = range && this.#binding.positionOf(id, range[1])
    const [first, last] = from && to ? [from, to] : [cell, cell]
    if (last.row < first.row || last.column < first.column) return false
    sheet.setActiveRange(rangeOf(sheet, first, last))
    if (first !== cell) sheet.getRange(cell.row, cell.column).activateAsCurrentCell()
    return true
  }

  /** The key of a cell; of the last one of its line where there is none, as with a whole row. */
  #key(row: number, column: number): string | undefined {
    const worksheet = this.#workbook.getActiveSheet()
    const lastRow = worksheet.getMaxRows() - 1
    const lastColumn = worksheet.getMaxColumns() - 1
    return this.#binding.keyAt({
      sheet: worksheet.getSheetId(),
      row: Number.isNaN(row) ? lastRow : Math.min(row, lastRow),
      column: Number.isNaN(column) ? lastColumn : Math.min(column, lastColumn),
    })
  }
}

const orFirst = (line: number): number => (Number.isNaN(line) ? 0 : line)

function rangeOf(sheet: ReturnType<Workbook['getActiveSheet']>, first: Cell, last: Cell) {
  const rows = last.row - first.row + 1
  return sheet.getRange(first.row, first.column, rows, last.column - first.column + 1)
}
