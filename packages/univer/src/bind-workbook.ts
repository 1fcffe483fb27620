import {
  DisposableCollection,
  ICommandService,
  LifecycleService,
  LifecycleStages,
  toDisposable,
} from '@univerjs/core'
import type { FUniver } from '@univerjs/core/facade'
import { ISheetClipboardService, IUIPartsService, SheetsUIPart } from '@univerjs/preset-sheets-core'
import type { Doc } from 'yjs'
import { Binding } from './binding.js'
import { writeDelimited } from './clipboard/delimited.js'
import { Paster } from './clipboard/paste.js'
import { CannotPaste, readText, textTable } from './clipboard/table.js'
import { differences } from './differences.js'
import { SheetDocument, type CellData, type SheetSnapshot } from './document/index.js'
import { limitDrawnText } from './drawn-text.js'
import { oneText, type GivenBack, type Notices } from './given-back.js'
import type { Steps } from './own-undo.js'
import { followOwnPlace } from './presence/follow.js'
import { Grid, type Workbook } from './presence/grid.js'
import { Overlay } from './presence/overlay.js'
import { formatCell, parsePlace, type Cell } from './presence/place.js'
import { refuse } from './refusals.js'
import type { WorkbookRoom } from './room.js'
import { sharingOf, type Sharing } from './sharing.js'
import { TEXTS, type Texts } from './texts.js'
import { createWorkbook, WORKBOOK } from './workbook.js'

/** What is bound, and how. */
export interface BindWorkbookOptions {
  /** A Univer whose preset went through `sharedPreset`, and that has no workbook yet. */
  readonly univerAPI: FUniver
  /** The document, as far as it is there: bind it when its provider has loaded it. */
  readonly doc: Doc
  /** Who else is there. Without one nobody is shown. */
  readonly room?: WorkbookRoom
  /** Where the others are drawn: an element over the grid. Without one, the package makes it. */
  readonly markers?: HTMLElement
  /** Whether cells can be changed here; asked before each change. Without it they can. */
  readonly canEdit?: () => boolean
  /** Says why something wasn't done, in a sentence for whoever tried. */
  readonly onNotice?: (text: string) => void
  /** Takes text that has no cell any more, so that nobody loses a word: offer it to be copied. */
  readonly onGivenBack?: (given: GivenBack) => void
  /** Texts to show instead of those in `TEXTS`. */
  readonly texts?: Partial<Texts>
}

/** A workbook that is bound to its document. */
export interface SharedWorkbook {
  /** The workbook in Univer's own words. */
  readonly workbook: Workbook
  /** Whether the document is in a version that can be written; from the first other one on it isn't. */
  readonly isKnownFormat: boolean
  /** The kinds of things of which the document has more than a grid can show, such as `rows`. */
  readonly leftOut: readonly string[]
  /** Own steps that can be taken back, and those that can be done again. */
  readonly steps: Pick<Steps, 'counts' | 'undo' | 'redo'>
  /**
   * Returns where somebody's location is; `undefined` for nowhere. Another function whenever it may
   * say something else.
   *
   * @example where(ann.location) // 'C5 of Sheet 2'
   */
  readonly where: (location: unknown) => string | undefined
  /** Brings the cell of somebody's location into sight, on its sheet; what is selected stays so. */
  show(location: unknown): void
  /** Calls back when anything that is read from here may be another; returns how to stop that. */
  subscribe(listener: () => void): () => void
  /** Writes text that was given back into the selected cells; returns whether it could. */
  put(given: GivenBack): boolean
  /** Returns a cell of the grid as the document would have it, without what its formula comes to. */
  cellAt(sheet: string, row: number, column: number): CellData
  /** Returns all sheets of the grid as the document would have them. */
  snapshot(): SheetSnapshot[]
  /** Returns in what the grid isn't as the document says, for those who doubt what they see. */
  differences(): string[]
  /** Lets go of the document, the room and the workbook, which is taken out of Univer. */
  dispose(): void
}

/**
 * Shows a document as Univer's workbook and keeps both the same, whoever changes either. All that an
 * empty document needs is written with the first change.
 *
 * @throws {RangeError} if the document is in a version that this package doesn't know.
 * @throws {TypeError} if `univerAPI` wasn't made with `sharedPreset`, or has a bound workbook.
 */
export async function bindWorkbook(options: BindWorkbookOptions): Promise<SharedWorkbook> {
  const { univerAPI, doc } = options
  const sharing = sharingOf(univerAPI)
  if (sharing.isBound) throw new TypeError('This Univer has a bound workbook already.')
  const document = new SheetDocument(doc)
  if (!document.isKnown) {
    document.destroy()
    throw new RangeError('The document is in a version that this package does not know.')
  }
  const bound = new BoundWorkbook(options, sharing, document)
  await bound.start()
  return bound
}

class BoundWorkbook implements SharedWorkbook {
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
    this.#texts = { ...TEXTS, ...texts }
    this.#sharing = sharing
    this.#document = document
    this.#notices = {
      notify: (text) => onNotice?.(text),
      giveBack: (given) => onGivenBack?.(given),
    }
    this.#binding = new Binding(document)
    sharing.bind({
      steps: this.#binding,
      roomFor: this.#binding.roomFor,
      notify: this.#notices.notify,
    })
    const commands = sharing.injector.get(ICommandService)
    // Before Univer's own parts are there: one of them puts formulas into the grid before others refuse.
    this.#closing.add(refuse(commands, this.#whyReadOnly, this.#binding.amounts, this.#notices))
    this.leftOut = document.leftOut()
    this.workbook = univerAPI.createWorkbook(createWorkbook(document.snapshot()))
    this.#where = this.#createWhere()
  }

  async start(): Promise<void> {
    const { injector, calculation } = this.#sharing
    const drawn = whenDrawn(this.#options.univerAPI, injector.get(LifecycleService))
    const model = this.workbook.getWorkbook()
    // It counts the runs of Univer's own engine, has no words in any language, and can't stop ours.
    injector.get(IUIPartsService).setUIVisible(SheetsUIPart.FORMULA_AUX, false)
    calculation.start(model, injector)
    this.#binding.start(model, injector)
    this.#closeWith(limitDrawnText(injector))
    await drawn
    this.#binding.drawn()
    this.#holdWhatIsEdited()
    this.#giveBackUnseen()
    this.#forgetCopiesThatMoved()
    if (this.#options.room !== undefined) this.#showPresence(this.#options.room)
    this.#binding.subscribe(() => void (this.#where = this.#createWhere()))
  }

  get isKnownFormat(): boolean {
    return this.#document.isKnown
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
    const isShown = this.workbook.getActiveSheet().getSheetId() === sheet.getSheetId()
    if (!isShown) this.workbook.setActiveSheet(sheet)
    sheet.scrollToCell(Math.max(0, cell.row - 5), Math.max(0, cell.column - 3))
  }

  readonly subscribe = (listener: () => void): (() => void) => this.#binding.subscribe(listener)

  put({ text, isTable }: GivenBack): boolean {
    const paster = new Paster(this.#sharing.injector, this.#binding.roomFor)
    try {
      return paster.paste(isTable ? readText(text) : textTable(text))
    } catch (error) {
      if (!(error instanceof CannotPaste)) throw error
      this.#notices.notify(error.message)
      return false
    }
  }

  cellAt(sheet: string, row: number, column: number): CellData {
    return this.#binding.grid.cells(sheet).read(row, column)
  }

  snapshot(): SheetSnapshot[] {
    const { grid } = this.#binding
    return grid.order.map((sheet) => grid.snapshot(sheet))
  }

  differences(): string[] {
    this.#binding.settle()
    return differences(this.#options.doc, this.#binding.grid)
  }

  dispose(): void {
    this.#binding.close()
    this.#closing.dispose()
    this.#sharing.calculation.stop()
    this.#sharing.unbind()
    this.#document.destroy()
    this.#options.univerAPI.disposeUnit(WORKBOOK)
  }

  readonly #whyReadOnly = (): string | undefined => {
    if (!this.#document.isKnown) return this.#texts.newerFormat
    return this.#options.canEdit?.() === false ? this.#texts.readOnly : undefined
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
      const { cellGone, newerFormat } = this.#texts
      const reason = why === 'cell-gone' ? cellGone : newerFormat
      void this.workbook.abortEditingAsync()
      binding.hold(null)
      if (typed === null || typed === '') this.#notices.notify(reason)
      else this.#notices.giveBack(oneText(reason, typed))
    })
  }

  /** Gives back what others deleted or merged at the moment when it was written. */
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

  /** Univer takes what is cut from its position, where somebody else's cell may be by then. */
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
    // Whatever scrolls, zooms, freezes, resizes or switches is a command.
    this.#closeWith(api.addEvent(api.Event.CommandExecuted, overlay.redraw))
    const resizes = new ResizeObserver(overlay.redraw)
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

type Worksheet = NonNullable<ReturnType<Workbook['getSheetBySheetId']>>

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
