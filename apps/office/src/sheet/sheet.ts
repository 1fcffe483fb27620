import { LocaleType, mergeLocales, Univer } from '@univerjs/core'
import { FUniver } from '@univerjs/core/facade'
import { UniverSheetsCorePreset } from '@univerjs/preset-sheets-core'
import enUS from '@univerjs/preset-sheets-core/locales/en-US'
import '@univerjs/preset-sheets-core/lib/index.css'
import type { Place } from '../place.js'
import type { Session } from '../session.js'
import { followOwnPlace } from './follow.js'
import { Grid, type Workbook } from './grid.js'
import { Overlay } from './overlay.js'
import { createWorkbook } from './workbook.js'

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

/** Opens the sheet in `container` and draws the others of the session on `markers`. */
export async function openSheet(
  container: HTMLElement,
  markers: HTMLElement,
  session: Session,
): Promise<Sheet> {
  const univer = startUniver(container)
  const api = FUniver.newAPI(univer)
  const drawn = whenDrawn(api)
  const workbook = api.createWorkbook(createWorkbook())
  await drawn
  const grid = new Grid(workbook, univer.__getInjector())
  const overlay = new Overlay(grid, markers, session.getSnapshot)
  // Whatever scrolls, zooms, freezes, resizes or switches is a command.
  api.addEvent(api.Event.CommandExecuted, overlay.redraw)
  new ResizeObserver(overlay.redraw).observe(grid.canvas)
  session.subscribe(overlay.redraw)
  overlay.redraw()
  followOwnPlace(api, workbook, session)
  return createSheet(workbook, container)
}

function whenDrawn(api: FUniver): Promise<void> {
  return new Promise((resolve) => {
    api.addEvent(api.Event.LifeCycleChanged, ({ stage }) => {
      if (stage === api.Enum.LifecycleStages.Rendered) resolve()
    })
  })
}

function startUniver(container: HTMLElement): Univer {
  const univer = new Univer({
    locale: LocaleType.EN_US,
    locales: { [LocaleType.EN_US]: mergeLocales(enUS) },
  })
  const { plugins } = UniverSheetsCorePreset({ container, ribbonType: 'simple' })
  for (const plugin of plugins) {
    if (Array.isArray(plugin)) univer.registerPlugin(plugin[0], plugin[1])
    else univer.registerPlugin(plugin)
  }
  return univer
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
