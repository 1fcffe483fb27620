import { LocaleService, mergeLocales, Univer, type ILocales, type LocaleType } from '@univerjs/core'
import { FUniver } from '@univerjs/core/facade'
import { IDescriptionService, UniverSheetsCorePreset } from '@univerjs/preset-sheets-core'
import '@univerjs/preset-sheets-core/lib/index.css'
import {
  bindWorkbook,
  sharedPreset,
  type GivenBack,
  type SharedWorkbook,
} from '@whereabouts/univer'
import type { CellData } from '@whereabouts/univer/document'
import { DroppedFile } from './files/dropped-files.js'
import type { SheetFiles } from './files/FilesButton.js'
import { readTitle } from './document-name.js'
import { focusCells } from './focus-cells.js'
import { currentLanguage, t } from './language/language.js'
import { loadIcons } from './late-icons.js'
import { untilLoaded } from './late-part.js'
import { followDarkness } from './looks/theme.js'
import { notify as showNotice } from './passing-notice.js'
import { beforeReload } from './offline/before-reload.js'
import type { Session } from './session.js'
import { formatList } from './language/formats.js'
import { gridTexts } from './grid-texts.js'
import type { TextId } from './language/message.js'

/** Messages for the person at the sheet. */
export interface Notices {
  /** Says why something wasn't done. */
  readonly notify: (text: string) => void
  /** Offers text to be copied or put into another cell. */
  readonly giveBack: (given: GivenBack) => void
}

/** The open sheet, as the parts around it see it. */
export interface Sheet extends Pick<
  SharedWorkbook,
  'put' | 'restore' | 'show' | 'subscribe' | 'where'
> {
  /** What opens and saves files. */
  readonly files: SheetFiles
  /** Moves the keyboard focus into the cells. */
  focus(): void
}

/** Opens the session's document in `container` and draws the other members on `markers`. */
export async function openSheet(
  container: HTMLElement,
  markers: HTMLElement,
  session: Session,
  { notify, giveBack }: Notices,
): Promise<Sheet> {
  const { default: texts } = await currentLanguage().language.loadGridTexts()
  const univer = startUniver(container, texts)
  const univerAPI = FUniver.newAPI(univer)
  followDarkness((isDark) => univerAPI.toggleDarkMode(isDark))
  const shared = await bindWorkbook({
    univerAPI,
    doc: session.doc,
    room: session,
    markers,
    canEdit: { getSnapshot: () => session.canEdit, subscribe: session.subscribe },
    onNotice: notify,
    texts: gridTexts(),
    onGivenBack: giveBack,
  })
  void loadIcons()
  void describeFunctions(univer)
  const print = () => void printSheet(univer, shared, session)
  const tools = loadTools(univer, shared, session, giveBack, print)
  shared.subscribe(() => session.document.setUnwritten(shared.isUnwritten))
  const dropped = new DroppedFile()
  beforeReload(async () => {
    await shared.workbook.endEditingAsync(true)
    await untilSafe(session)
  })
  expose(shared, tools)
  const { leftOut } = shared
  if (leftOut.length > 0) {
    notify(t('sheet.leftOut', { parts: formatList(leftOut.map(nameOfPart)) }))
  }
  return {
    get where() {
      return shared.where
    },
    show: (location) => shared.show(location),
    subscribe: (listener) => shared.subscribe(listener),
    put: (given) => shared.put(given),
    restore: (version) => shared.restore(version),
    files: {
      get end() {
        return shared.end
      },
      addSheets: (updates) => shared.addSheets(updates),
      toSave: () => shared.toSave(),
      dropped,
      print,
    },
    focus: focusCells,
  }
}

type UniverTexts = ILocales[string]

/** What a sheet may have too much of to be shown, as the package calls it. */
const PARTS: { readonly [part: string]: TextId } = {
  sheets: 'sheet.partSheets',
  rows: 'sheet.partRows',
  columns: 'sheet.partColumns',
  'merged cells': 'sheet.partMerges',
  'pasted cells': 'sheet.partBlocks',
}

function nameOfPart(part: string): string {
  const id = PARTS[part]
  return id === undefined ? part : t(id)
}

/** Changes what Univer says; `mergeLocales` replaces a whole group of texts, not single ones. */
function withOwn(texts: UniverTexts): UniverTexts {
  const formulas = texts['sheets-formula-ui'] as { readonly error: object }
  const sheets = texts['sheets'] as { readonly tabs: object }
  return mergeLocales(texts, {
    // Univer adds a number to this for a new tab, which then is called as those that a workbook begins with.
    sheets: { ...sheets, tabs: { ...sheets.tabs, sheet: 'Sheet ' } },
    // The label that a screen reader reads for the toolbar; Univer has no text for it.
    ribbon: { start: t('sheet.tools') },
    // Univer shows this beside a cell that has the error.
    'sheets-formula-ui': { ...formulas, error: { ...formulas.error, calc: t('sheet.tooHard') } },
  })
}

/** Univer only knows the names of the languages that it has. */
const gridLocale = () => currentLanguage().language.gridLocale as LocaleType

function startUniver(container: HTMLElement, texts: UniverTexts): Univer {
  const locale = gridLocale()
  const univer = new Univer({ locale, locales: { [locale]: withOwn(texts) } })
  const preset = UniverSheetsCorePreset({ container, ribbonType: 'simple' })
  univer.registerPlugins(sharedPreset(preset).plugins)
  return univer
}

/** Loads what Univer says about functions while a formula is typed: 75 KB that the cells don't need. */
async function describeFunctions(univer: Univer): Promise<void> {
  const [{ functions }, texts] = await untilLoaded(() =>
    Promise.all([
      import('virtual:univer-functions'),
      currentLanguage().language.loadFunctionTexts(),
    ]),
  )
  const injector = univer.__getInjector()
  injector.get(LocaleService).load({ [gridLocale()]: texts.default })
  injector.get(IDescriptionService).registerDescriptions(functions)
}

/** Loads the tools that the cells don't need. @see OFFICE.md SF10 */
async function loadTools(
  univer: Univer,
  shared: SharedWorkbook,
  session: Session,
  giveBack: Notices['giveBack'],
  print: () => void,
): Promise<void> {
  const [{ addTools }, { texts, cellTexts }] = await untilLoaded(() =>
    Promise.all([import('./sheet-tools.js'), currentLanguage().language.loadToolTexts()]),
  )
  univer
    .__getInjector()
    .get(LocaleService)
    .load({ [gridLocale()]: texts })
  await addTools(univer, shared, { session, texts: cellTexts, giveBack, print })
}

/** Asks how the sheet that is shown is to be printed. @see OFFICE.md OF92 */
async function printSheet(univer: Univer, shared: SharedWorkbook, session: Session): Promise<void> {
  try {
    const { openPrint } = await import('./print/open-print.js')
    await openPrint(shared, univer.__getInjector(), session, readTitle(session.doc) ?? '')
  } catch (error) {
    reportError(error)
    showNotice(t('common.unreachable'))
  }
}

/** Adds `whereabouts.differences()` and more to the browser's console, for debugging. */
function expose(shared: SharedWorkbook, tools: Promise<void>): void {
  const whereabouts = {
    /** Resolves when the tools that the cells don't need are there. */
    tools,
    /** Lists where the grid differs from the document. */
    differences: () => shared.differences(),
    /** Returns a cell as the grid has it, without its formula's result. */
    cell: (sheet: string, row: number, column: number) => shared.cellAt(sheet, row, column),
    /** Returns the values of all cells in all sheets, without the results of formulas. */
    texts: () =>
      shared
        .snapshot()
        .flatMap(({ cells }) => Object.values(cells))
        .flatMap((row: Record<number, CellData>) => Object.values(row))
        .flatMap(({ v }) => (v === undefined ? [] : [v])),
    /** Returns the id of the sheet that is shown. */
    activeSheet: () => shared.workbook.getActiveSheet().getSheetId(),
    /** Returns the color of a tab; empty for none. */
    tabColor: (id: string) =>
      shared.workbook.getSheetBySheetId(id)?.getSheet().getConfig().tabColor,
    /** Returns the color behind a cell as it is drawn, whatever says so; `undefined` for none. */
    background: (id: string, row: number, column: number) => {
      const sheet = shared.workbook.getSheetBySheetId(id)?.getSheet()
      const styles = shared.workbook.getWorkbook().getStyles()
      return styles.getStyleByCell(sheet?.getCell(row, column))?.bg?.rgb
    },
    /** Whether a cell shows that a data validation finds its content invalid. */
    isMarked: (id: string, row: number, column: number) =>
      shared.workbook.getSheetBySheetId(id)?.getSheet().getCell(row, column)?.markers?.tr !==
      undefined,
    /** Returns the note of a cell; `undefined` if it has none. */
    note: (id: string, row: number, column: number) => shared.attached.noteAt(id, row, column),
    /** Returns where a cell leads; `undefined` if nowhere. */
    link: (id: string, row: number, column: number) => shared.attached.linkAt(id, row, column),
    /** Whether a row is neither hidden nor filtered out. */
    isRowShown: (id: string, row: number) =>
      shared.workbook.getSheetBySheetId(id)?.getSheet().getRowVisible(row),
    /** Returns the height of a row in pixels. */
    rowHeight: (id: string, row: number) =>
      shared.workbook.getSheetBySheetId(id)?.getSheet().getRowHeight(row),
    /** Returns how many rows and columns the grid has. */
    size: (id: string) => {
      const sheet = shared.workbook.getSheetBySheetId(id)
      return { rows: sheet?.getMaxRows(), columns: sheet?.getMaxColumns() }
    },
  }
  Object.assign(globalThis, { whereabouts })
}

/** Resolves when the server or this browser has every edit. */
async function untilSafe({ document }: Session): Promise<void> {
  await new Promise<void>((resolve) => {
    const look = () => {
      if (document.getSnapshot().isAtRisk) return
      unsubscribe()
      resolve()
    }
    const unsubscribe = document.subscribe(look)
    look()
  })
}
