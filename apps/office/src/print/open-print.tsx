import type { Injector } from '@univerjs/core'
import type { SharedWorkbook } from '@whereabouts/univer'
import { readPrint, writePrint } from '@whereabouts/univer/document'
import { createRoot } from 'react-dom/client'
import type { Session } from '../session.js'
import { PrintDialog } from './PrintDialog.js'
import type { PrintedChart } from './charts.js'
import { usualPaper, type PrintSettings } from './paper.js'
import { SheetPages } from './sheet-pages.js'
import { TEXTS } from './texts.js'
import './print.css'

/** What whoever may not edit chose in this window, by the id of the sheet. */
const chosen = new Map<string, PrintSettings>()
/** Whether the dialog is open, or its parts are being loaded. */
let isOpen = false

/**
 * Opens the dialog that prints the sheet that is shown, unless it is open.
 *
 * @param title what the document is called; empty if it has no title
 */
export async function openPrint(
  shared: Shared,
  injector: Injector,
  session: Pick<Session, 'doc' | 'canEdit'>,
  title: string,
): Promise<void> {
  if (isOpen) return
  isOpen = true
  try {
    const chartsOf = await loadCharts(shared, session.doc)
    showPrint(shared, injector, session, title, chartsOf)
  } catch (error) {
    isOpen = false
    throw error
  }
}

type Shared = Pick<SharedWorkbook, 'attached' | 'workbook'>
type ChartsOf = (shared: Shared, sheet: string) => readonly PrintedChart[]

function showPrint(
  shared: Shared,
  injector: Injector,
  session: Pick<Session, 'doc' | 'canEdit'>,
  title: string,
  chartsOf: ChartsOf,
): void {
  // Another sheet may be shown since the key was pressed.
  const id = shared.workbook.getActiveSheet().getSheetId()
  const stored = readPrint(session.doc, id)
  const sheet = new SheetPages(shared, injector, {
    title,
    pageNumber: (page, of) => TEXTS.pageOf(page, of),
    charts: chartsOf(shared, id),
    area: stored?.area ?? null,
  })
  const usual: PrintSettings = {
    paper: usualPaper(navigator.language),
    isLandscape: false,
    margins: 'normal',
    size: 'width',
    area: 'all',
    repeatedRows: sheet.cells.frozenRows,
    repeatedColumns: 0,
    hasGridLines: sheet.cells.hasGridLines,
    hasFooter: true,
  }
  const area = sheet.kept === undefined ? 'all' : 'kept'
  const first = chosen.get(id) ?? { ...usual, ...stored, area }
  const place = document.createElement('div')
  document.body.append(place)
  const root = createRoot(place)
  root.render(
    <PrintDialog
      sheet={sheet}
      first={first}
      onClose={(settings) => {
        isOpen = false
        if (settings !== undefined) keep(session, sheet, settings, stored?.area ?? null)
        root.unmount()
        place.remove()
      }}
    />,
  )
}

/** Loads what draws charts only for a sheet that has any. */
async function loadCharts({ workbook }: Shared, doc: Session['doc']): Promise<ChartsOf> {
  const sheet = workbook.getActiveSheet().getSheetId()
  if (doc.getMap(`charts:${sheet}`).size === 0) return () => []
  return (await import('../charts/print-charts.js')).chartsToPrint
}

function keep(
  { doc, canEdit }: Pick<Session, 'doc' | 'canEdit'>,
  sheet: SheetPages,
  settings: PrintSettings,
  before: string | null,
): void {
  const { id } = sheet.cells
  const areas = { all: null, selection: sheet.selectedArea, kept: before }
  if (canEdit) writePrint(doc, id, { ...settings, area: areas[settings.area] })
  else chosen.set(id, settings.area === 'selection' ? { ...settings, area: 'all' } : settings)
}
