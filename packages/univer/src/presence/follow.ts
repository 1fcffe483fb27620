import type { FUniver } from '@univerjs/core/facade'
import {
  DisposableCollection,
  ICommandService,
  toDisposable,
  type IDisposable,
  type Injector,
  type IRange,
} from '@univerjs/core'
import {
  getPrimaryForRange,
  SetSelectionsOperation,
  SheetsSelectionsService,
} from '@univerjs/preset-sheets-core'
import { parsePlace, toLocation, type Place } from './place.js'
import type { WorkbookRoom } from '../room.js'
import type { Binding } from '../binding.js'
import { scrollIntoView, scrollTo } from './scroll.js'
import type { Workbook } from './grid.js'

/** A range by the keys of its first and last cell. */
type Keys = NonNullable<Place['range']>

/** What is selected: the place that the others see, and the ranges beside it. */
interface Selected extends Place {
  readonly beside: readonly Keys[]
}

interface Editing {
  /** The cell, which may move while someone types in it. */
  readonly place: Place
  /** The selection around the cell; from there the next key leads on. */
  readonly selected: Selected | undefined
  readonly typing: string
}

/**
 * Sends this window's selection and typed text to the room.
 *
 * @returns a function that stops it
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
  const commands = injector.get(ICommandService)
  const selection = new Selection(workbook, selections, commands, binding)
  const own = new OwnPlace(selection, api, binding, room)
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
  #reported: Place | Selected | null = null
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
    // The facade's selection events are silent for the first seconds, but the command isn't.
    this.#on(Event.CommandExecuted, ({ id }) => {
      if (id === SetSelectionsOperation.id) this.#report()
    })
    this.#on(Event.ActiveSheetChanged, this.#report)
    this.#on(Event.SheetEditStarted, ({ worksheet, row, column }) => {
      const sheet = worksheet.getSheetId()
      const cell = this.#binding.keyAt({ sheet, row, column })
      const selected = this.#selection.place
      this.#edit(cell === undefined ? null : { place: { sheet, cell }, selected, typing: '' })
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

  /**
   * Moves the selection with its cell when others move that, as its marker moves in their windows. It
   * also moves while somebody types: otherwise Enter would go on from the old place, and the next word
   * could overwrite the one just typed.
   */
  readonly #follow = (): void => {
    const place = this.#editing === null ? this.#reported : this.#editing.selected
    if (place === null || place === undefined) return
    if (!this.#selection.carry(place)) this.#report()
  }

  /**
   * Restores the selection after a reload, since the member is still there, unless something was
   * selected meanwhile. A new member is in the cell that is selected initially.
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
      // On the way the selection passes cells that the person never chose.
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

/** The selection of this window, by keys. */
class Selection {
  readonly #workbook: Workbook
  readonly #selections: SheetsSelectionsService
  readonly #commands: ICommandService
  readonly #binding: Binding

  constructor(
    workbook: Workbook,
    selections: SheetsSelectionsService,
    commands: ICommandService,
    binding: Binding,
  ) {
    this.#workbook = workbook
    this.#selections = selections
    this.#commands = commands
    this.#binding = binding
  }

  get place(): Selected | undefined {
    const all = this.#selections.getCurrentSelections()
    const selected = all.at(-1)
    const { primary } = selected ?? {}
    if (!selected || !primary) return undefined
    const sheet = this.#workbook.getActiveSheet().getSheetId()
    const cell = this.#key(primary.startRow, primary.startColumn)
    if (cell === undefined) return undefined
    const range = this.#keys(selected.range)
    const isMore = range?.[0] !== cell || range[1] !== this.#key(primary.endRow, primary.endColumn)
    const beside = all.slice(0, -1).flatMap((each) => {
      const keys = this.#keys(each.range)
      return keys === undefined ? [] : [keys]
    })
    return { sheet, cell, beside, ...(isMore && range !== undefined && { range }) }
  }

  /** Scrolls to a place and selects it, if it exists. */
  goTo({ sheet: id, cell: key }: Place): void {
    const sheet = this.#workbook.getSheetBySheetId(id)
    const cell = this.#binding.positionOf(id, key)
    if (sheet === null || cell === undefined) return
    const isShown = this.#workbook.getActiveSheet().getSheetId() === id
    if (!isShown) this.#workbook.setActiveSheet(sheet)
    sheet.setActiveRange(sheet.getRange(cell.row, cell.column))
    if (isShown) scrollIntoView(sheet, cell)
    else scrollTo(sheet, cell)
  }

  /** Selects a place at its current position without scrolling; returns whether it still exists. */
  carry({ sheet: id, cell: key, range, beside = [] }: Place & Partial<Selected>): boolean {
    const sheet = this.#workbook.getActiveSheet()
    const cell = this.#rangeOf(id, [key, key])
    if (sheet.getSheetId() !== id || cell === undefined) return false
    const last = (range && this.#rangeOf(id, range)) ?? cell
    const others = beside.flatMap((keys) => this.#rangeOf(id, keys) ?? [])
    const primary = getPrimaryForRange(cell, sheet.getSheet())
    return this.#commands.syncExecuteCommand(SetSelectionsOperation.id, {
      unitId: this.#workbook.getId(),
      subUnitId: id,
      selections: [
        ...others.map((each) => ({ range: each, primary: null, style: null })),
        { range: last, primary, style: null },
      ],
    })
  }

  /** Returns a range at its current position; `undefined` if its first or last cell is gone. */
  #rangeOf(sheet: string, [first, last]: Keys): IRange | undefined {
    const from = this.#binding.positionOf(sheet, first)
    const to = this.#binding.positionOf(sheet, last)
    if (from === undefined || to === undefined) return undefined
    if (to.row < from.row || to.column < from.column) return undefined
    return { startRow: from.row, startColumn: from.column, endRow: to.row, endColumn: to.column }
  }

  #keys({ startRow, startColumn, endRow, endColumn }: IRange): Keys | undefined {
    const from = this.#key(orFirst(startRow), orFirst(startColumn))
    const to = this.#key(endRow, endColumn)
    return from === undefined || to === undefined ? undefined : [from, to]
  }

  /**
   * Returns the key of a cell, or that of the last cell in its line if there is none, as with a
   * whole row.
   */
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
