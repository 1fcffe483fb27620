import {
  ICommandService,
  LocaleType,
  mergeLocales,
  Univer,
  type DependencyOverride,
} from '@univerjs/core'
import { FUniver } from '@univerjs/core/facade'
import { UniverSheetsCorePreset, UniverSheetsPlugin } from '@univerjs/preset-sheets-core'
import enUS from '@univerjs/preset-sheets-core/locales/en-US'
import '@univerjs/preset-sheets-core/lib/index.css'
import type { Place } from '../place.js'
import type { Session } from '../session.js'
import { SheetDocument } from '../sheet-document/index.js'
import { Binding } from './binding.js'
import { differences } from './differences.js'
import { followOwnPlace } from './follow.js'
import { Grid, type Workbook } from './grid.js'
import { Overlay } from './overlay.js'
import { overrideUndo } from './own-undo.js'
import { HIDDEN_MENUS, refuse, type Notify } from './refusals.js'
import { createWorkbook, WORKBOOK } from './workbook.js'

// Takes the keys as long as no other editor does, also while it is not to be seen.
const CELL_EDITOR = '#__editor___INTERNAL_EDITOR__DOCS_NORMAL'

/** The open sheet, for what is around it. */
export interface Sheet {
  /** Brings a cell into sight, on its tab; what is selected stays selected. */
  show(place: Place): void
  /** The name on the tab of a sheet; `undefined` if this window hasn't got it. */
  nameOf(sheet: string): string | undefined
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
  const univer = startUniver(container, overrideUndo(WORKBOOK, binding))
  const api = FUniver.newAPI(univer)
  const injector = univer.__getInjector()
  const drawn = whenDrawn(api)
  const workbook = api.createWorkbook(createWorkbook(document.snapshot()))
  binding.start(workbook.getWorkbook(), injector)
  refuse(injector.get(ICommandService), () => session.canEdit, notify)
  await drawn
  binding.settle()
  const grid = new Grid(workbook, injector)
  const overlay = new Overlay(grid, markers, session.getSnapshot)
  // Whatever scrolls, zooms, freezes, resizes or switches is a command.
  api.addEvent(api.Event.CommandExecuted, overlay.redraw)
  new ResizeObserver(overlay.redraw).observe(grid.canvas)
  session.subscribe(overlay.redraw)
  overlay.redraw()
  holdWhatIsEdited(api, binding)
  followOwnPlace(api, workbook, session)
  exposeDifferences(session, binding)
  return createSheet(workbook, container)
}

function holdWhatIsEdited(api: FUniver, binding: Binding): void {
  api.addEvent(api.Event.SheetEditStarted, ({ worksheet, row, column }) => {
    binding.hold({ sheet: worksheet.getSheetId(), row, column })
  })
  api.addEvent(api.Event.SheetEditEnded, () => binding.hold(null))
}

/** For whoever doubts what they see: `whereaboutsDifferences()` in the console of the browser. */
function exposeDifferences(session: Session, binding: Binding): void {
  Object.assign(globalThis, {
    whereaboutsDifferences: () => {
      binding.settle()
      return differences(session.doc, binding.grid)
    },
  })
}

function whenDrawn(api: FUniver): Promise<void> {
  return new Promise((resolve) => {
    api.addEvent(api.Event.LifeCycleChanged, ({ stage }) => {
      if (stage === api.Enum.LifecycleStages.Rendered) resolve()
    })
  })
}

function startUniver(container: HTMLElement, override: DependencyOverride): Univer {
  const univer = new Univer({
    locale: LocaleType.EN_US,
    locales: { [LocaleType.EN_US]: mergeLocales(enUS) },
    override,
  })
  const menu = HIDDEN_MENUS
  const { plugins } = UniverSheetsCorePreset({ container, ribbonType: 'simple', menu })
  for (const plugin of plugins) {
    if (!Array.isArray(plugin)) univer.registerPlugin(plugin)
    else if (plugin[0] === UniverSheetsPlugin) registerSheets(univer, plugin[1])
    else univer.registerPlugin(plugin[0], plugin[1])
  }
  return univer
}

function registerSheets(univer: Univer, config: object | undefined): void {
  // Univer copies a large sheet bit by bit and says nothing of the bits.
  const largeSheetOperation = { largeSheetCellCountThreshold: Number.POSITIVE_INFINITY }
  univer.registerPlugin(UniverSheetsPlugin, { ...config, largeSheetOperation })
}

function createSheet(workbook: Workbook, container: HTMLElement): Sheet {
  return {
    show({ sheet: id, cell: { row, column } }) {
      const sheet = workbook.getSheetBySheetId(id)
      if (sheet === null) return
      if (workbook.getActiveSheet().getSheetId() !== id) workbook.setActiveSheet(sheet)
      sheet.scrollToCell(Math.max(0, row - 5), Math.max(0, column - 3))
    },
    nameOf: (id) => workbook.getSheetBySheetId(id)?.getSheetName(),
    focus() {
      const editor = container.querySelector<HTMLElement>(CELL_EDITOR)
      // A focus that a closing dialog gave back has no caret, and then keys go nowhere.
      editor?.blur()
      editor?.focus()
    },
  }
}
