import { LocaleType, mergeLocales, Univer } from '@univerjs/core'
import { FUniver } from '@univerjs/core/facade'
import { UniverSheetsCorePreset } from '@univerjs/preset-sheets-core'
import enUS from '@univerjs/preset-sheets-core/locales/en-US'
import '@univerjs/preset-sheets-core/lib/index.css'
import {
  bindWorkbook,
  sharedPreset,
  TEXTS,
  type GivenBack,
  type SharedWorkbook,
} from '@whereabouts/univer'
import type { CellData } from '@whereabouts/univer/document'
import type { Session } from './session.js'

// Takes the keys as long as no other editor does, also while it is not to be seen.
const CELL_EDITOR = '#__editor___INTERNAL_EDITOR__DOCS_NORMAL'

const CALC = 'It takes too long to calculate, or its result is too large or empty.'
const FORMULA_TEXTS = enUS['sheets-formula-ui'] as { readonly error: object }
// A group takes the place of the whole group of that name in Univer's own texts.
const UNIVER_TEXTS = {
  // What a screen reader says of the tools, for which Univer has no text.
  ribbon: { start: 'Tools' },
  // Univer shows it beside a cell with that error.
  'sheets-formula-ui': { ...FORMULA_TEXTS, error: { ...FORMULA_TEXTS.error, calc: CALC } },
}

/** What somebody at the sheet has to be told. */
export interface Notices {
  /** Says why something wasn't done. */
  readonly notify: (text: string) => void
  /** Offers text to be copied, or put elsewhere. */
  readonly giveBack: (given: GivenBack) => void
}

/** The open sheet, for what is around it. */
export interface Sheet extends Pick<SharedWorkbook, 'put' | 'show' | 'subscribe' | 'where'> {
  /** Puts the keyboard into the cells. */
  focus(): void
}

/** Opens the document of the session in `container` and draws the others on `markers`. */
export async function openSheet(
  container: HTMLElement,
  markers: HTMLElement,
  session: Session,
  { notify, giveBack }: Notices,
): Promise<Sheet> {
  const shared = await bindWorkbook({
    univerAPI: startUniver(container),
    doc: session.doc,
    room: session,
    markers,
    canEdit: () => session.canEdit,
    onNotice: notify,
    onGivenBack: giveBack,
  })
  refuseFiles(notify)
  expose(shared)
  const { leftOut } = shared
  if (leftOut.length > 0) {
    notify(`This is too large to show all of it. Left out: ${leftOut.join(', ')}.`)
  }
  return {
    get where() {
      return shared.where
    },
    show: (location) => shared.show(location),
    subscribe: (listener) => shared.subscribe(listener),
    put: (given) => shared.put(given),
    focus() {
      const editor = container.querySelector<HTMLElement>(CELL_EDITOR)
      // A focus that a closing dialog gave back has no caret, and then keys go nowhere.
      editor?.blur()
      editor?.focus()
    },
  }
}

function startUniver(container: HTMLElement): FUniver {
  const univer = new Univer({
    locale: LocaleType.EN_US,
    locales: { [LocaleType.EN_US]: mergeLocales(enUS, UNIVER_TEXTS) },
  })
  const preset = UniverSheetsCorePreset({ container, ribbonType: 'simple' })
  univer.registerPlugins(sharedPreset(preset).plugins)
  return FUniver.newAPI(univer)
}

/** Without this, the browser would leave the sheet to show a file that was dropped on it. */
function refuseFiles(notify: (text: string) => void): void {
  const refuseFile = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    if (event.type === 'drop') notify(TEXTS.noFiles)
  }
  addEventListener('dragover', refuseFile)
  addEventListener('drop', refuseFile)
}

/** For whoever doubts what they see: `whereabouts.differences()` in the console of the browser. */
function expose(shared: SharedWorkbook): void {
  const whereabouts = {
    /** In what the grid isn't as the document says. */
    differences: () => shared.differences(),
    /** A cell as the grid has it, without whatever its formula comes to. */
    cell: (sheet: string, row: number, column: number) => shared.cellAt(sheet, row, column),
    /** What is in the cells of all sheets, formulas aside. */
    texts: () =>
      shared
        .snapshot()
        .flatMap(({ cells }) => Object.values(cells))
        .flatMap((row: Record<number, CellData>) => Object.values(row))
        .flatMap(({ v }) => (v === undefined ? [] : [v])),
    /** How many rows and columns the grid has. */
    size: (id: string) => {
      const sheet = shared.workbook.getSheetBySheetId(id)
      return { rows: sheet?.getMaxRows(), columns: sheet?.getMaxColumns() }
    },
  }
  Object.assign(globalThis, { whereabouts })
}
