import {
  CellValueType,
  DisposableCollection,
  ICommandService,
  LifecycleService,
  LifecycleStages,
  toDisposable,
} from '@univerjs/core'
import type { FUniver } from '@univerjs/core/facade'
import { ISheetClipboardService, IUIPartsService, SheetsUIPart } from '@univerjs/preset-sheets-core'
import { encodeStateAsUpdate, type Doc } from 'yjs'
import { Binding, type GridPlace } from './binding.js'
import { writeDelimited } from './clipboard/delimited.js'
import { Paster } from './clipboard/paste.js'
import { CannotPaste, readText, textTable } from './clipboard/table.js'
import { differences } from './differences.js'
import {
  SheetDocument,
  type Attached,
  type CellData,
  type DerivedSheet,
  type SheetSnapshot,
  type Restored,
} from './document/index.js'
import { limitDrawnText } from './drawn-text.js'
import { EditingTools } from './editing-tools.js'
import { followFilters } from './filter-follow.js'
import { oneText, type GivenBack, type Notices } from './given-back.js'
import type { Steps } from './own-undo.js'
import { followOwnPlace } from './presence/follow.js'
import { Grid, type Workbook } from './presence/grid.js'
import { Overlay } from './presence/overlay.js'
import { formatCell, parsePlace, type Cell } from './presence/place.js'
import { refuse } from './refusals.js'
import { scrollIntoView, scrollTo } from './presence/scroll.js'
import type { WorkbookRoom } from './room.js'
import { complete, Slices } from './slices.js'
import { sharingOf, type Sharing } from './sharing.js'
import { TEXTS, type Sentence, type Texts } from './texts.js'
import { createWorkbook, WORKBOOK } from './workbook.js'

/** Options for binding a workbook. */
export interface BindWorkbookOptions {
  /** A Univer whose preset went through `sharedPreset`, and that has no workbook yet. */
  readonly univerAPI: FUniver
  /** The document; bind it after its provider has loaded it. */
  readonly doc: Doc
  /** The room with the other members. Without it nobody is shown. */
  readonly room?: WorkbookRoom
  /** An element over the grid for the members' markers. Without it the package adds one. */
  readonly markers?: HTMLElement
  /** Whether cells can be edited; called before each change. Without it they can. */
  readonly canEdit?: CanEdit
  /** Called with a sentence for the person who tried something that wasn't done. */
  readonly onNotice?: (text: string) => void
  /** Called with text whose cell is gone: offer to copy it, so that no word is lost. */
  readonly onGivenBack?: (given: GivenBack) => void
  /** Texts to show instead of those in `TEXTS`. */
  readonly texts?: Partial<Texts>
}

/** Whether a document can be edited, and when that changes. */
export interface CanEdit {
  getSnapshot(): boolean
  /** Calls back whenever `getSnapshot` may return something else; returns how to stop that. */
  subscribe(listener: () => void): () => void
}

// Why text was given back, by what happened to its cell.
const LOST = {
  'cell-gone': 'cellGone',
  'newer-format': 'newerFormat',
  'read-only': 'readOnly',
} as const

/** The end of a workbook's sheets. */
export interface SheetsEnd {
  /** The order key of the last sheet. */
  readonly after: string
  /** How many sheets, and cells that are written many at once, there can be in addition. */
  readonly room: { readonly sheets: number; readonly blockCells: number }
}

/** A workbook at one moment, as a file is made of it. */
export interface ToSave {
  /** The whole document as an update. */
  readonly update: Uint8Array
  /** The id of the sheet that is shown. */
  readonly sheet: string
  /** The values of formulas, by sheet, row and column. */
  readonly results: Readonly<Record<string, CellResults>>
}

type CellResults = Record<number, Record<number, string | number | boolean>>

/** A workbook that is bound to its document. */
export interface SharedWorkbook {
  /** The workbook in Univer's API. */
  readonly workbook: Workbook
  /**
   * Whether this package knows the document's version; once it doesn't, nothing more is written.
   */
  readonly isKnownFormat: boolean
  /** Whether cells can be edited, as the application says. */
  readonly canEdit: CanEdit | undefined
  /** The kinds of content of which the grid can't show everything, such as `rows`. */
  readonly leftOut: readonly string[]
  /** Whether the user did something that isn't in the document yet: don't say that it is saved. */
  readonly isUnwritten: boolean
  /** Undo and redo for this window's own steps. */
  readonly steps: Pick<Steps, 'counts' | 'undo' | 'redo'>
  /**
   * Describes a member's location; returns `undefined` if it isn't in the workbook. It is a new
   * function whenever its answers may have changed.
   *
   * @example where(ann.location) // 'C5 of Sheet 2'
   */
  readonly where: (location: unknown) => string | undefined
  /** Scrolls to the cell of a member's location, on its sheet; the selection stays. */
  show(location: unknown): void
  /** Calls back when anything here may have changed; returns a function that stops it. */
  subscribe(listener: () => void): () => void
  /** Writes text that was given back into the selected cells; returns whether that worked. */
  put(given: GivenBack): boolean
  /** Makes the workbook as a version of its document was, as one step of undo. */
  restore(version: Doc): Restored
  /** Returns a cell of the grid in the document's format, without its formula's result. */
  cellAt(sheet: string, row: number, column: number): CellData
  /** Returns all sheets of the grid in the document's format. */
  snapshot(): SheetSnapshot[]
  /** Where the sheets of a file can go, for `writeSheets` of `@whereabouts/univer/files`. */
  readonly end: SheetsEnd
  /**
   * Adds sheets that `writeSheets` made, as one undo step, in slices. Without the right to edit, nothing
   * happens.
   */
  addSheets(updates: readonly Uint8Array[]): Promise<void>
  /** What cells have beside their contents. */
  readonly attached: Attached
  /** Returns the key of a cell, which stays the same wherever the cell moves. */
  keyAt(place: GridPlace): string | undefined
  /** Returns where a cell is by its key; `undefined` if it doesn't exist. */
  positionOf(sheet: string, key: string): Cell | undefined
  /** Writes what was done in the grid into the document, and shows what others wrote, at once. */
  settle(): void
  /** Returns what is to be written into a file. */
  toSave(): ToSave
  /** Returns where the grid differs from the document, for debugging. */
  differences(): string[]
  /**
   * Shows the document's filters, conditional formats and data validations; call it when Univer's plugins for
   * them have been registered.
   */
  showLate(): void
  /** Releases the document and the room, and removes the workbook from Univer. */
  dispose(): void
}

/**
 * Shows a document as Univer's workbook and keeps the two synchronized. An empty document gets its
 * content with the first change.
 *
 * @throws {RangeError} if this package doesn't know the document's version
 * @throws {TypeError} if `univerAPI` wasn't made with `sharedPreset`, or has a bound workbook
 */
export async function bindWorkbook(options: BindWorkbookOptions): Promise<SharedWorkbook> {
  const { univerAPI, doc } = options
  const sharing = sharingOf(univerAPI)
  const document = await new Slices().do(SheetDocument.opening(doc))
  try {
    if (sharing.isBound) throw new TypeError('This Univer already has a bound workbook.')
    if (!document.isKnown) {
      throw new RangeError('This package does not know the document’s version.')
    }
  } catch (error) {
    document.destroy()
    throw error
  }
  const bound = new BoundWorkbook(options, sharing, document)
  await bound.start()
  return bound
}

class BoundWorkbook implements SharedWorkbook {
  readonly canEdit: CanEdit | undefined
  readonly workbook: Workbook
  readonly leftOut: readonly string[]
  readonly #options: BindWorkbookOptions
  readonly #texts: Texts
  readonly #sharing: Sharing
  readonly #document: SheetDocument
  readonly #binding: Binding
  readonly #closing = new DisposableCollection()
  readonly #notices: Notices
  #where: SharedWorkbook['where']

  constructor(options: BindWorkbookOptions, sharing: Sharing, document: SheetDocument) {
    const { univerAPI, onNotice, onGivenBack, texts } = options
    this.#options = options
    this.canEdit = options.canEdit
    this.#texts = { ...TEXTS, ...texts }
    this.#sharing = sharing
    this.#document = document
    this.#notices = {
      notify: (text) => onNotice?.(text),
      giveBack: (given) => onGivenBack?.(given),
    }
    this.#binding = new Binding(document, () => this.#whyReadOnly() === undefined)
    sharing.bind({
      steps: this.#binding,
      roomFor: this.#binding.roomFor,
      notify: this.#say,
      act: (work) => this.#binding.act(work),
    })
    const commands = sharing.injector.get(ICommandService)
    // This comes before Univer's own parts, one of which writes formulas into the grid before
    // others can refuse.
    const said = { notify: this.#say, giveBack: this.#giveBack }
    this.#closing.add(refuse(commands, this.#whyReadOnly, this.#binding.amounts, said))
    this.leftOut = document.leftOut()
    this.workbook = univerAPI.createWorkbook(createWorkbook(document.snapshot(), document.names))
    this.#where = this.#createWhere()
  }

  async start(): Promise<void> {
    const { injector, calculation } = this.#sharing
    const drawn = whenDrawn(this.#options.univerAPI, injector.get(LifecycleService))
    const model = this.workbook.getWorkbook()
    // Univer's progress bar counts the runs of its own engine, has no translations, and can't stop
    // our worker.
    injector.get(IUIPartsService).setUIVisible(SheetsUIPart.FORMULA_AUX, false)
    calculation.start(model, injector)
    this.#binding.start(model, injector)
    this.#closeWith(limitDrawnText(injector))
    const tools = new EditingTools(model, injector)
    this.#followRight(tools)
    await drawn
    this.#binding.drawn()
    afterNextFrame(() => tools.drawn())
    this.#holdWhatIsEdited()
    this.#giveBackUnseen()
    this.#forgetCopiesThatMoved()
    if (this.#options.room !== undefined) this.#showPresence(this.#options.room)
    this.#binding.subscribe(() => void (this.#where = this.#createWhere()))
  }

  get isKnownFormat(): boolean {
    return this.#document.isKnown
  }

  get isUnwritten(): boolean {
    return this.#binding.isUnwritten
  }

  get steps(): Steps {
    return this.#binding
  }

  get where(): SharedWorkbook['where'] {
    return this.#where
  }

  show(location: unknown): void {
    const { sheet, cell } = this.#find(location) ?? {}
    if (sheet === undefined || cell === undefined) return
    if (sheet.isSheetHidden()) return
    const isShown = this.workbook.getActiveSheet().getSheetId() === sheet.getSheetId()
    if (isShown) {
      scrollIntoView(sheet, cell)
      return
    }
    this.workbook.setActiveSheet(sheet)
    scrollTo(sheet, cell)
  }

  readonly subscribe = (listener: () => void): (() => void) => this.#binding.subscribe(listener)

  put({ text, isTable }: GivenBack): boolean {
    const why = this.#whyReadOnly()
    if (why !== undefined) {
      this.#say(why)
      return false
    }
    const paster = new Paster(this.#sharing.injector, this.#binding.roomFor)
    try {
      const isDone = complete(paster.pasting(isTable ? readText(text) : textTable(text)))
      if (isDone) paster.select()
      return isDone
    } catch (error) {
      if (!(error instanceof CannotPaste)) throw error
      this.#say(error.why)
      return false
    }
  }

  restore(version: Doc): Restored {
    return this.#binding.restore(version)
  }

  cellAt(sheet: string, row: number, column: number): CellData {
    return this.#binding.grid.cells(sheet).read(row, column)
  }

  snapshot(): SheetSnapshot[] {
    const { grid } = this.#binding
    return grid.order.map((sheet) => grid.snapshot(sheet))
  }

  get end(): SheetsEnd {
    const { lastSheetKey: after, roomForSheets: room } = this.#document
    return { after, room }
  }

  addSheets(updates: readonly Uint8Array[]): Promise<void> {
    return this.#binding.add(updates)
  }

  get attached(): Attached {
    return this.#document.attached
  }

  keyAt(place: GridPlace): string | undefined {
    return this.#binding.keyAt(place)
  }

  positionOf(sheet: string, key: string): Cell | undefined {
    return this.#binding.positionOf(sheet, key)
  }

  readonly settle = (): void => this.#binding.settle()

  toSave(): ToSave {
    this.settle()
    const results = this.#document.derived().map(({ id, formulas }) => {
      const worksheet = this.workbook.getSheetBySheetId(id)?.getSheet()
      return [id, worksheet === undefined ? {} : resultsOf(worksheet, formulas)] as const
    })
    return {
      update: encodeStateAsUpdate(this.#options.doc),
      sheet: this.workbook.getActiveSheet().getSheetId(),
      results: Object.fromEntries(results),
    }
  }

  differences(): string[] {
    this.settle()
    return differences(this.#options.doc, this.#binding.grid)
  }

  showLate(): void {
    const { injector } = this.#sharing
    this.#closeWith(followFilters(this.workbook.getId(), this.#binding.filterOf, injector))
    this.#binding.showLate()
  }

  dispose(): void {
    this.#binding.close()
    this.#closing.dispose()
    this.#sharing.calculation.stop()
    this.#sharing.unbind()
    this.#document.destroy()
    this.#options.univerAPI.disposeUnit(WORKBOOK)
  }

  readonly #say = (why: Sentence): void => this.#notices.notify(why(this.#texts))

  readonly #giveBack = (why: Sentence, text: string): void =>
    this.#notices.giveBack(oneText(why(this.#texts), text))

  readonly #whyReadOnly = (): Sentence | undefined => {
    if (!this.#document.isKnown) return ({ newerFormat }) => newerFormat
    const isReadOnly = this.#options.canEdit?.getSnapshot() === false
    return isReadOnly ? ({ readOnly }) => readOnly : undefined
  }

  /** Hides Univer's tools while nothing can be written. */
  #followRight(tools: EditingTools): void {
    const { canEdit } = this.#options
    const show = () => tools.show(this.#whyReadOnly() === undefined)
    this.#closeWith(tools.start())
    show()
    this.#closeWith(toDisposable(this.#binding.subscribe(show)))
    this.#closeWith(
      tools.whenRefused(() => {
        const why = this.#whyReadOnly()
        if (why !== undefined) this.#say(why)
      }),
    )
    let could = canEdit?.getSnapshot()
    const follow = () => {
      if (canEdit?.getSnapshot() === could) return
      could = !could
      this.#binding.permitted()
    }
    if (canEdit !== undefined) this.#closeWith(toDisposable(canEdit.subscribe(follow)))
  }

  #closeWith(...parts: Parameters<DisposableCollection['add']>): void {
    this.#closing.add(...parts)
  }

  #holdWhatIsEdited(): void {
    const { univerAPI: api } = this.#options
    const binding = this.#binding
    let typed: string | null = null
    this.#closeWith(
      api.addEvent(api.Event.SheetEditStarted, ({ worksheet, row, column }) => {
        typed = null
        binding.hold({ sheet: worksheet.getSheetId(), row, column })
      }),
    )
    this.#closeWith(
      api.addEvent(api.Event.SheetEditChanging, ({ value }) => {
        typed = value.toPlainText().replace(/\n$/, '')
      }),
    )
    this.#closeWith(api.addEvent(api.Event.SheetEditEnded, () => binding.hold(null)))
    binding.whenHeldLost((why) => {
      const reason = this.#texts[LOST[why]]
      void this.workbook.abortEditingAsync()
      binding.hold(null)
      if (typed === null || typed === '') this.#notices.notify(reason)
      else this.#notices.giveBack(oneText(reason, typed))
    })
  }

  /** Gives back texts whose cells others deleted or merged at the same time. */
  #giveBackUnseen(): void {
    this.#binding.whenUnseen((texts) => {
      const [first] = texts
      const isTable = texts.length > 1 || first!.length > 1
      this.#notices.giveBack({
        reason: isTable ? this.#texts.cellsGone : this.#texts.cellGone,
        text: isTable ? writeDelimited(texts) : first![0]!,
        isTable,
      })
    })
  }

  /**
   * Forgets copies when cells move, since Univer cuts from a position, where another cell may be by
   * then.
   */
  #forgetCopiesThatMoved(): void {
    const clipboard = this.#sharing.injector.get(ISheetClipboardService)
    this.#binding.whenMoved(() => {
      clipboard.copyContentCache().clear()
      clipboard.removeMarkSelection()
    })
  }

  #showPresence(room: WorkbookRoom): void {
    const { univerAPI: api, markers } = this.#options
    const grid = new Grid(this.workbook, this.#sharing.injector)
    const host = markers ?? grid.addOverCanvas()
    const overlay = new Overlay(grid, this.#binding, room, host)
    // Scrolling, zooming, freezing, resizing and switching sheets are all commands.
    this.#closeWith(api.addEvent(api.Event.CommandExecuted, overlay.redraw))
    const resizes = new ResizeObserver(overlay.moved)
    resizes.observe(grid.canvas)
    addEventListener('pointermove', overlay.point)
    this.#closeWith(toDisposable(room.subscribe(overlay.redraw)))
    this.#closeWith(
      toDisposable(() => {
        resizes.disconnect()
        removeEventListener('pointermove', overlay.point)
        overlay.close()
        if (markers === undefined) host.remove()
      }),
    )
    overlay.redraw()
    const stop = followOwnPlace(api, this.workbook, this.#sharing.injector, this.#binding, room)
    this.#closeWith(stop)
  }

  #createWhere(): SharedWorkbook['where'] {
    return (location) => {
      const found = this.#find(location)
      return found && this.#texts.place(formatCell(found.cell), found.sheet.getSheetName())
    }
  }

  #find(location: unknown): { sheet: Worksheet; cell: Cell } | undefined {
    const place = parsePlace(location)
    const sheet = place && this.workbook.getSheetBySheetId(place.sheet)
    const cell = place && this.#binding.positionOf(place.sheet, place.cell)
    return sheet && cell ? { sheet, cell } : undefined
  }
}

/** Returns the calculated values of formulas. */
function resultsOf(
  worksheet: ReturnType<Worksheet['getSheet']>,
  formulas: DerivedSheet['formulas'],
): CellResults {
  const results: CellResults = {}
  for (const { row, column } of formulas) {
    const { v, t } = worksheet.getCellRaw(row, column) ?? {}
    if (v === undefined || v === null) continue
    ;(results[row] ??= {})[column] = t === CellValueType.BOOLEAN ? Boolean(v) : v
  }
  return results
}

type Worksheet = NonNullable<ReturnType<Workbook['getSheetBySheetId']>>

/** Calls back once the browser has painted what was drawn. */
function afterNextFrame(callback: () => void): void {
  requestAnimationFrame(() => setTimeout(callback))
}

function whenDrawn(api: FUniver, lifecycle: LifecycleService): Promise<void> {
  if (lifecycle.stage >= LifecycleStages.Rendered) return Promise.resolve()
  return new Promise((resolve) => {
    const listening = api.addEvent(api.Event.LifeCycleChanged, ({ stage }) => {
      if (stage !== api.Enum.LifecycleStages.Rendered) return
      listening.dispose()
      resolve()
    })
  })
}
