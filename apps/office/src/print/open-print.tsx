import type { Injector } from '@univerjs/core'
import type { SharedWorkbook } from '@whereabouts/univer'
import { readPrint, writePrint } from '@whereabouts/univer/document'
import { createRoot } from 'react-dom/client'
import type { Session } from '../session.js'
import { PrintDialog } from './PrintDialog.js'
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
export function openPrint(
  shared: Pick<SharedWorkbook, 'attached' | 'workbook'>,
  injector: Injector,
  session: Pick<Session, 'doc' | 'canEdit'>,
  title: string,
): void {
  if (document.querySelector('.print-dialog') !== null) return
  const id = shared.workbook.getActiveSheet().getSheetId()
  const sheet = new SheetPages(shared, injector, title, (page, of) => TEXTS.pageOf(page, of))
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

function keep(
  { doc, canEdit }: Pick<Session, 'doc' | 'canEdit'>,
  sheet: string,
  settings: PrintSettings,
): void {
  if (canEdit) writePrint(doc, sheet, settings)
  else chosen.set(sheet, { ...settings, area: 'all' })
}
