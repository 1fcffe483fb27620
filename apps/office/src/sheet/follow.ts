import type { FUniver } from '@univerjs/core/facade'
import { SetSelectionsOperation } from '@univerjs/preset-sheets-core'
import { parsePlace, toLocation, type Cell, type Place, type Range } from '../place.js'
import type { Session } from '../session.js'
import type { Workbook } from './grid.js'

interface Editing {
  readonly sheet: string
  readonly cell: Cell
  readonly typing: string
}

/**
 * Tells the room where this window's own selection is and what is being typed, for as long as the
 * page lives.
 *
 * @see PROTOCOL.md SH1, SH4
 */
export function followOwnPlace(api: FUniver, workbook: Workbook, session: Session): void {
  new OwnPlace(api, workbook, session).start()
}

class OwnPlace {
  readonly #api: FUniver
  readonly #workbook: Workbook
  readonly #session: Session
  #editing: Editing | null = null
  #hasReported = false
  #isReturning = false

  constructor(api: FUniver, workbook: Workbook, session: Session) {
    this.#api = api
    this.#workbook = workbook
    this.#session = session
  }

  start(): void {
    this.#listen()
    this.#returnWhenKnown()
  }

  #listen(): void {
    const { Event } = this.#api
    // The selection events of the facade are silent for the first seconds; the command isn't.
    this.#api.addEvent(Event.CommandExecuted, ({ id }) => {
      if (id === SetSelectionsOperation.id) this.#report()
    })
    this.#api.addEvent(Event.ActiveSheetChanged, this.#report)
    this.#api.addEvent(Event.SheetEditStarted, ({ worksheet, row, column }) => {
      this.#edit({ sheet: worksheet.getSheetId(), cell: { row, column }, typing: '' })
    })
    this.#api.addEvent(Event.SheetEditChanging, ({ worksheet, row, column, value }) => {
      const typing = value.toPlainText().replace(/\n$/, '')
      this.#edit({ sheet: worksheet.getSheetId(), cell: { row, column }, typing })
    })
    this.#api.addEvent(Event.SheetEditEnded, () => this.#edit(null))
  }

  #edit(editing: Editing | null): void {
    this.#editing = editing
    this.#report()
  }

  readonly #report = (): void => {
    const place = this.#editing ?? this.#selected()
    if (place === undefined || this.#isReturning) return
    this.#hasReported = true
    this.#session.move(toLocation(place))
  }

  #selected(): Place | undefined {
    const sheet = this.#workbook.getActiveSheet()
    const cell = sheet.getActiveCell()?.getRange()
    if (cell === undefined) return undefined
    const at = { row: cell.startRow, column: cell.startColumn }
    const range = readRange(sheet.getActiveRange()?.getRange())
    const isMore = range !== undefined && !(isAt(range.from, at) && isAt(range.to, cellEnd(cell)))
    return { sheet: sheet.getSheetId(), cell: at, ...(isMore ? { range } : {}) }
  }

  /**
   * After a reload the member is still where it was, and so is the selection, unless something was
   * selected in the meantime. A newcomer is in the cell that is selected to begin with.
   */
  #returnWhenKnown(): void {
    const before = () => {
      const { self, members } = this.#session.getSnapshot()
      return self === null ? undefined : members.find(({ id }) => id === self)
    }
    const go = () => {
      const own = before()
      if (own === undefined || this.#hasReported) return
      // On the way there are cells that nobody meant to be in.
      this.#isReturning = true
      this.#returnTo(parsePlace(own.location))
      this.#isReturning = false
      this.#report()
    }
    go()
    if (this.#hasReported) return
    const unsubscribe = this.#session.subscribe(() => {
      go()
      if (this.#hasReported) unsubscribe()
    })
  }

  #returnTo(place: Place | undefined): void {
    const sheet = place && this.#workbook.getSheetBySheetId(place.sheet)
    if (!place || !sheet) return
    const { row, column } = place.cell
    if (row >= sheet.getMaxRows() || column >= sheet.getMaxColumns()) return
    this.#workbook.setActiveSheet(sheet)
    sheet.setActiveRange(sheet.getRange(row, column))
    sheet.scrollToCell(Math.max(0, row - 5), Math.max(0, column - 3))
  }
}

type Bounds = {
  readonly startRow: number
  readonly startColumn: number
  readonly endRow: number
  readonly endColumn: number
}

function readRange(bounds: Bounds | undefined): Range | undefined {
  if (bounds === undefined) return undefined
  const { startRow, startColumn, endRow, endColumn } = bounds
  // A whole row or column has no number where it has no end.
  if ([startRow, startColumn, endRow, endColumn].some(Number.isNaN)) return undefined
  return {
    from: { row: startRow, column: startColumn },
    to: { row: endRow, column: endColumn },
  }
}

const cellEnd = ({ endRow, endColumn }: Bounds): Cell => ({ row: endRow, column: endColumn })

const isAt = (a: Cell, b: Cell): boolean => a.row === b.row && a.column === b.column
