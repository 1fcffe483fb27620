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

/**
 * Opens the dialog that prints the sheet that is shown, unless it is open.
 *
 * @param title what the document is called; empty if it has no title
 */
export async function openPrint(
  shared: Pick<SharedWorkbook, 'attached' | 'workbook'>,
  injector: Injector,
  session: Pick<Session, 'doc' | 'canEdit'>,
  title: string,
): Promise<void> {
  const id = shared.workbook.getActiveSheet().getSheetId()
  const charts = await chartsOf(shared, session.doc, id)
  if (document.querySelector('.print-dialog') !== null) return
  const sheet = new SheetPages(
    shared,
    injector,
    title,
    (page, of) => TEXTS.pageOf(page, of),
    charts,
  )
  const usual: PrintSettings = {
    paper: usualPaper(navigator.language),
    isLandscape: false,
    margins: 'normal',
    size: 'width',
    area: 'all',
    repeatedRows: sheet.cells.frozenRows,
    hasGridLines: sheet.cells.hasGridLines,
    hasFooter: true,
  }
  const first = chosen.get(id) ?? { ...usual, ...readPrint(session.doc, id) }
  const place = document.createElement('div')
  document.body.append(place)
  const root = createRoot(place)
  root.render(
    <PrintDialog
      sheet={sheet}
      first={first}
      onClose={(settings) => {
        if (settings !== undefined) keep(session, id, settings)
        root.unmount()
        place.remove()
      }}
    />,
  )
}

/** Loads what draws charts only for a sheet that has any. */
async function chartsOf(
  shared: Pick<SharedWorkbook, 'attached' | 'workbook'>,
  doc: Session['doc'],
  sheet: string,
): Promise<readonly PrintedChart[]> {
  if (doc.getMap(`charts:${sheet}`).size === 0) return []
  const { chartsToPrint } = await import('../charts/print-charts.js')
  return chartsToPrint(shared, sheet)
}

function keep(
  { doc, canEdit }: Pick<Session, 'doc' | 'canEdit'>,
  sheet: string,
  settings: PrintSettings,
): void {
  if (canEdit) writePrint(doc, sheet, settings)
  else chosen.set(sheet, { ...settings, area: 'all' })
}
