import type { Univer } from '@univerjs/core'
import { UniverFindReplacePlugin } from '@univerjs/find-replace'
import { UniverSheetsFindReplacePlugin } from '@univerjs/sheets-find-replace'
import { UniverSheetsFilterPlugin } from '@univerjs/sheets-filter'
import { UniverSheetsFilterUIPlugin } from '@univerjs/sheets-filter-ui'
import { UniverSheetsSortPlugin } from '@univerjs/sheets-sort'
import { UniverSheetsSortUIPlugin } from '@univerjs/sheets-sort-ui'
import type { SharedWorkbook } from '@whereabouts/univer'
import '@univerjs/find-replace/lib/index.css'
import '@univerjs/sheets-filter-ui/lib/index.css'
import '@univerjs/sheets-sort-ui/lib/index.css'

/**
 * Adds the tools that the cells don't need: finding, replacing, sorting and filtering.
 *
 * @see OFFICE.md SF10
 */
export async function addTools(univer: Univer, shared: SharedWorkbook): Promise<void> {
  univer.registerPlugins([
    [UniverFindReplacePlugin],
    [UniverSheetsFindReplacePlugin],
    [UniverSheetsSortPlugin],
    [UniverSheetsSortUIPlugin],
    [UniverSheetsFilterPlugin],
    [UniverSheetsFilterUIPlugin],
  ])
  // Univer starts them in a timer of its own.
  await new Promise((resolve) => void setTimeout(resolve))
  shared.showFilters()
}
