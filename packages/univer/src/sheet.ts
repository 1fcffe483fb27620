import {
  ICommandService,
  LocaleType,
  mergeLocales,
  Univer,
  type DependencyOverride,
} from '@univerjs/core'
import { FUniver } from '@univerjs/core/facade'
import {
  DataSyncPrimaryController,
  ISheetClipboardService,
  UniverFormulaEnginePlugin,
  UniverSheetsCorePreset,
  UniverSheetsPlugin,
  UniverSheetsUIPlugin,
} from '@univerjs/preset-sheets-core'
import enUS from '@univerjs/preset-sheets-core/locales/en-US'
import { SheetDocument, type CellData } from './document/index.js'
import { Binding } from './binding.js'
import { NO_FILES } from './clipboard/contents.js'
import { overrideClipboard } from './clipboard/own-clipboard.js'
import { writeDelimited } from './clipboard/delimited.js'
import { Paster } from './clipboard/paste.js'
import { CannotPaste, readText, textTable } from './clipboard/table.js'
import { differences } from './differences.js'
import { limitDrawnText } from './drawn-text.js'
import { followOwnPlace } from './presence/follow.js'
import { Calculation } from './formulas/calculation.js'
import { Grid, type Workbook } from './presence/grid.js'
import { Overlay } from './presence/overlay.js'
import { formatCell, parsePlace } from './presence/place.js'
import { overrideUndo } from './own-undo.js'
import { oneText, type GivenBack, type Notices } from './given-back.js'
import { HIDDEN_MENUS, refuse, WATCHING } from './refusals.js'
import type { Json, Session } from './room.js'
import { createWorkbook, WORKBOOK } from './workbook.js'

// Takes the keys as long as no other editor does, also while it is not to be seen.
const CELL_EDITOR = '#__editor___INTERNAL_EDITOR__DOCS_NORMAL'

// Univer shows it beside a cell with that error.
const TEXTS = {
  'sheets-formula-ui': {
    error: { calc: 'It takes too long to calculate, or its result is too large or empty.' },
  },
}
const CELL_GONE = 'Somebody else has deleted or merged the cell that you were writing into.'
const NEWER_FORMAT = 'This sheet was changed by a newer version. Reload to go on.'
const CELLS_GONE = 'Somebody else has deleted or merged cells that you were writing into.'

/** The open sheet, for what is around it. */
export interface Sheet {
  /** Brings the cell of somebody's location into sight, on its tab; what is selected stays selected. */
  show(location: Json): void
  /**
   * Where somebody's location is; `undefined` for nowhere. Another function whenever it may say
   * something else.
   *
   * @example where(ann.location) // 'C5 of Sheet 2'
   */
  readonly where: (location: Json) => string | undefined
  /** Calls back when what `where` says may have changed; returns how to stop that. */
  subscribe(listener: () => void): () => void
  /** Puts the keyboard into the cells. */
  focus(): void
  /** Writes text that was given back into the selected cell, and those beside it; whether it could. */
  put(given: GivenBack): boolean
}

/**
 * Opens the document of the session in `container` and draws the others on `markers`.
 *
 * @param notices tell what was refused, and why, and what has no place any more.
 */
export async function openSheet(
  container: HTMLElement,
  markers: HTMLElement,
  session: Session,
  notices: Notices,
): Promise<Sheet> {
  const document = new SheetDocument(session.doc)
  const binding = new Binding(document)
  const calculation = new Calculation(openFormulaWorker)
  const clipboard = overrideClipboard({ roomFor: binding.roomFor, notify: notices.notify })
  const univer = startUniver(container, overrideUndo(WORKBOOK, binding), clipboard, calculation)
  const api = FUniver.newAPI(univer)
  const injector = univer.__getInjector()
  const whyReadOnly = () => {
    if (!document.isKnown) return NEWER_FORMAT
    return session.canEdit ? undefined : WATCHING
  }
  // Before Univer's own parts are there: one of them puts formulas into the grid before others refuse.
  refuse(injector.get(ICommandService), whyReadOnly, binding.amounts, notices)
  const drawn = whenDrawn(api)
  const workbook = api.createWorkbook(createWorkbook(document.snapshot()))
  calculation.start(workbook.getWorkbook(), injector)
  binding.start(workbook.getWorkbook(), injector)
  limitDrawnText(injector)
  await drawn
  binding.drawn()
  const grid = new Grid(workbook, injector)
  const overlay = new Overlay(grid, binding, markers, () => session.getSnapshot())
  // Whatever scrolls, zooms, freezes, resizes or switches is a command.
  api.addEvent(api.Event.CommandExecuted, overlay.redraw)
  new ResizeObserver(overlay.redraw).observe(grid.canvas)
  session.subscribe(overlay.redraw)
  container.addEventListener('pointermove', overlay.point)
  overlay.redraw()
  holdWhatIsEdited(api, workbook, binding, notices)
  giveBackUnseen(binding, notices)
  refuseFiles(notices)
  forgetCopiesThatMoved(injector.get(ISheetClipboardService), binding)
  const paster = new Paster(injector, binding.roomFor)
  followOwnPlace(api, workbook, injector, binding, session)
  expose(session, binding)
  const leftOut = document.leftOut()
  if (leftOut.length > 0)
    notices.notify(`This is too large to show all of it. Left out: ${leftOut.join(', ')}.`)
  return createSheet(workbook, binding, container, (given) => pasteAgain(given, paster, notices))
}

const openFormulaWorker = (): Worker =>
  new Worker(new URL('./formulas/formulas.worker.js', import.meta.url), { type: 'module' })

function holdWhatIsEdited(
  api: FUniver,
  workbook: Workbook,
  binding: Binding,
  { notify, giveBack }: Notices,
): void {
  let typed: string | null = null
  api.addEvent(api.Event.SheetEditStarted, ({ worksheet, row, column }) => {
    typed = null
    binding.hold({ sheet: worksheet.getSheetId(), row, column })
  })
  api.addEvent(api.Event.SheetEditChanging, ({ value }) => {
    typed = value.toPlainText().replace(/\n$/, '')
  })
  api.addEvent(api.Event.SheetEditEnded, () => binding.hold(null))
  binding.whenHeldLost((why) => {
    const reason = why === 'cell-gone' ? CELL_GONE : NEWER_FORMAT
    void workbook.abortEditingAsync()
    binding.hold(null)
    if (typed === null || typed === '') notify(reason)
    else giveBack(oneText(reason, typed))
  })
}

/** Gives back what others deleted or merged at the moment when it was written. */
function giveBackUnseen(binding: Binding, { giveBack }: Notices): void {
  binding.whenUnseen((texts) => {
    const [first] = texts
    const isTable = texts.length > 1 || first!.length > 1
    giveBack({
      reason: isTable ? CELLS_GONE : CELL_GONE,
      text: isTable ? writeDelimited(texts) : first![0]!,
      isTable,
    })
  })
}

/** Univer takes what is cut from its position, where somebody else's cell may be by then. */
function forgetCopiesThatMoved(clipboard: ISheetClipboardService, binding: Binding): void {
  binding.whenMoved(() => {
    clipboard.copyContentCache().clear()
    clipboard.removeMarkSelection()
  })
}

/** Without this, the browser would leave the sheet to show a file that was dropped on it. */
function refuseFiles({ notify }: Notices): void {
  const refuseFile = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    if (event.type === 'drop') notify(NO_FILES)
  }
  addEventListener('dragover', refuseFile)
  addEventListener('drop', refuseFile)
}

/** For whoever doubts what they see: `whereabouts.differences()` in the console of the browser. */
function expose(session: Session, binding: Binding): void {
  const whereabouts = {
    /** In what the grid isn't as the document says. */
    differences: () => {
      binding.settle()
      return differences(session.doc, binding.grid)
    },
    /** A cell as the grid has it, without whatever its formula comes to. */
    cell: (sheet: string, row: number, column: number) =>
      binding.grid.cells(sheet).read(row, column),
    /** What is in the cells of all sheets, formulas aside. */
    texts: () =>
      binding.grid.order.flatMap((sheet) =>
        Object.values(binding.grid.allCells(sheet)).flatMap((row: Record<number, CellData>) =>
          Object.values(row).flatMap(({ v }) => (v === undefined ? [] : [v])),
        ),
      ),
    /** How many rows and columns the grid has. */
    size: (sheet: string) => ({
      rows: binding.grid.count(sheet, 'rows'),
      columns: binding.grid.count(sheet, 'columns'),
    }),
  }
  Object.assign(globalThis, { whereabouts })
}

function whenDrawn(api: FUniver): Promise<void> {
  return new Promise((resolve) => {
    api.addEvent(api.Event.LifeCycleChanged, ({ stage }) => {
      if (stage === api.Enum.LifecycleStages.Rendered) resolve()
    })
  })
}

function startUniver(
  container: HTMLElement,
  override: DependencyOverride,
  clipboard: DependencyOverride,
  calculation: Calculation,
): Univer {
  const univer = new Univer({
    locale: LocaleType.EN_US,
    locales: { [LocaleType.EN_US]: mergeLocales(enUS, TEXTS) },
    override,
  })
  // Where Univer looks for whoever tells a worker what changes.
  univer
    .__getInjector()
    .add([DataSyncPrimaryController, { useFactory: () => calculation as never }])
  const menu = HIDDEN_MENUS
  const { plugins } = UniverSheetsCorePreset({ container, ribbonType: 'simple', menu })
  for (const plugin of plugins) {
    if (!Array.isArray(plugin)) univer.registerPlugin(plugin)
    else univer.registerPlugin(plugin[0], configOf(plugin[0], plugin[1] as object, clipboard))
  }
  return univer
}

function configOf(plugin: unknown, config: object, clipboard: DependencyOverride): object {
  if (plugin === UniverSheetsUIPlugin) return { ...config, override: clipboard }
  if (plugin === UniverFormulaEnginePlugin) return { ...config, notExecuteFormula: true }
  if (plugin !== UniverSheetsPlugin) return config
  // Univer copies a large sheet bit by bit and says nothing of the bits.
  const largeSheetOperation = { largeSheetCellCountThreshold: Number.POSITIVE_INFINITY }
  return { ...config, largeSheetOperation, notExecuteFormula: true }
}

function pasteAgain({ text, isTable }: GivenBack, paster: Paster, { notify }: Notices): boolean {
  try {
    return paster.paste(isTable ? readText(text) : textTable(text))
  } catch (error) {
    if (!(error instanceof CannotPaste)) throw error
    notify(error.message)
    return false
  }
}

function createSheet(
  workbook: Workbook,
  binding: Binding,
  container: HTMLElement,
  put: Sheet['put'],
): Sheet {
  const find = (location: Json) => {
    const place = parsePlace(location)
    const sheet = place && workbook.getSheetBySheetId(place.sheet)
    const cell = place && binding.positionOf(place.sheet, place.cell)
    return sheet && cell ? { sheet, cell } : undefined
  }
  const createWhere = () => (location: Json) => {
    const found = find(location)
    return found && `${formatCell(found.cell)} of ${found.sheet.getSheetName()}`
  }
  let where = createWhere()
  binding.subscribe(() => void (where = createWhere()))
  return {
    show(location) {
      const { sheet, cell } = find(location) ?? {}
      if (sheet === undefined || cell === undefined) return
      const isShown = workbook.getActiveSheet().getSheetId() === sheet.getSheetId()
      if (!isShown) workbook.setActiveSheet(sheet)
      sheet.scrollToCell(Math.max(0, cell.row - 5), Math.max(0, cell.column - 3))
    },
    get where() {
      return where
    },
    subscribe: binding.subscribe,
    focus() {
      const editor = container.querySelector<HTMLElement>(CELL_EDITOR)
      // A focus that a closing dialog gave back has no caret, and then keys go nowhere.
      editor?.blur()
      editor?.focus()
    },
    put,
  }
}
