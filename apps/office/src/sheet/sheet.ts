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
  UniverFormulaEnginePlugin,
  UniverSheetsCorePreset,
  UniverSheetsPlugin,
} from '@univerjs/preset-sheets-core'
import enUS from '@univerjs/preset-sheets-core/locales/en-US'
import '@univerjs/preset-sheets-core/lib/index.css'
import type { Json } from '@whereabouts/client'
import { formatCell, parsePlace } from '../place.js'
import type { Session } from '../session.js'
import { SheetDocument } from '../sheet-document/index.js'
import { Binding } from './binding.js'
import { differences } from './differences.js'
import { limitDrawnText } from './drawn-text.js'
import { followOwnPlace } from './follow.js'
import { Calculation } from './formulas/calculation.js'
import { Grid, type Workbook } from './grid.js'
import { Overlay } from './overlay.js'
import { overrideUndo } from './own-undo.js'
import { HIDDEN_MENUS, refuse, type Notify } from './refusals.js'
import { createWorkbook, WORKBOOK } from './workbook.js'

// Takes the keys as long as no other editor does, also while it is not to be seen.
const CELL_EDITOR = '#__editor___INTERNAL_EDITOR__DOCS_NORMAL'

// Univer shows it beside a cell with that error.
const TEXTS = {
  'sheets-formula-ui': {
    error: { calc: 'It takes too long to calculate, or its result is too large or empty.' },
  },
}

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
}

/**
 * Opens the document of the session in `container` and draws the others on `markers`.
 *
 * @param notify is told what was refused, and why.
 */
export async function openSheet(
  container: HTMLElement,
  markers: HTMLElement,
  session: Session,
  notify: Notify,
): Promise<Sheet> {
  const document = new SheetDocument(session.doc)
  const binding = new Binding(document)
  const calculation = new Calculation()
  const univer = startUniver(container, overrideUndo(WORKBOOK, binding), calculation)
  const api = FUniver.newAPI(univer)
  const injector = univer.__getInjector()
  const drawn = whenDrawn(api)
  const workbook = api.createWorkbook(createWorkbook(document.snapshot()))
  calculation.start(workbook.getWorkbook(), injector)
  binding.start(workbook.getWorkbook(), injector)
  refuse(injector.get(ICommandService), () => session.canEdit, notify)
  limitDrawnText(injector)
  await drawn
  binding.drawn()
  const grid = new Grid(workbook, injector)
  const overlay = new Overlay(grid, binding, markers, session.getSnapshot)
  // Whatever scrolls, zooms, freezes, resizes or switches is a command.
  api.addEvent(api.Event.CommandExecuted, overlay.redraw)
  new ResizeObserver(overlay.redraw).observe(grid.canvas)
  session.subscribe(overlay.redraw)
  overlay.redraw()
  holdWhatIsEdited(api, workbook, binding, notify)
  followOwnPlace(api, workbook, injector, binding, session)
  expose(session, binding)
  const leftOut = document.leftOut()
  if (leftOut.length > 0)
    notify(`This is too large to show all of it. Left out: ${leftOut.join(', ')}.`)
  return createSheet(workbook, binding, container)
}

function holdWhatIsEdited(
  api: FUniver,
  workbook: Workbook,
  binding: Binding,
  notify: Notify,
): void {
  api.addEvent(api.Event.SheetEditStarted, ({ worksheet, row, column }) => {
    binding.hold({ sheet: worksheet.getSheetId(), row, column })
  })
  api.addEvent(api.Event.SheetEditEnded, () => binding.hold(null))
  binding.whenCarried(() => {
    if (!binding.isHeldGone) return
    // Else it would be written into the cell that is there now.
    notify('The cell that you were typing into was deleted by somebody else.')
    void workbook.abortEditingAsync()
  })
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
    else univer.registerPlugin(plugin[0], configOf(plugin[0], plugin[1] as object))
  }
  return univer
}

function configOf(plugin: unknown, config: object): object {
  if (plugin === UniverFormulaEnginePlugin) return { ...config, notExecuteFormula: true }
  if (plugin !== UniverSheetsPlugin) return config
  // Univer copies a large sheet bit by bit and says nothing of the bits.
  const largeSheetOperation = { largeSheetCellCountThreshold: Number.POSITIVE_INFINITY }
  return { ...config, largeSheetOperation, notExecuteFormula: true }
}

function createSheet(workbook: Workbook, binding: Binding, container: HTMLElement): Sheet {
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
  }
}
