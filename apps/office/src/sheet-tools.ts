import { LocaleService, LocaleType, mergeLocales, type Univer } from '@univerjs/core'
import { UniverFindReplacePlugin } from '@univerjs/find-replace'
import findTexts from '@univerjs/find-replace/locale/en-US'
import { UniverSheetsFindReplacePlugin } from '@univerjs/sheets-find-replace'
import { UniverSheetsFilterPlugin } from '@univerjs/sheets-filter'
import { UniverSheetsFilterUIPlugin } from '@univerjs/sheets-filter-ui'
import filterTexts from '@univerjs/sheets-filter-ui/locale/en-US'
import filterErrors from '@univerjs/sheets-filter/locale/en-US'
import { UniverSheetsSortPlugin } from '@univerjs/sheets-sort'
import { UniverSheetsSortUIPlugin } from '@univerjs/sheets-sort-ui'
import sortTexts from '@univerjs/sheets-sort-ui/locale/en-US'
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
  univer
    .__getInjector()
    .get(LocaleService)
    .load({ [LocaleType.EN_US]: mergeLocales(findTexts, sortTexts, filterTexts, filterErrors) })
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
