import { IResourceManagerService, type Univer } from '@univerjs/core'
import { UniverFindReplacePlugin } from '@univerjs/find-replace'
import { UniverSheetsFindReplacePlugin } from '@univerjs/sheets-find-replace'
import { SHEET_FILTER_SNAPSHOT_ID, UniverSheetsFilterPlugin } from '@univerjs/sheets-filter'
import { UniverSheetsFilterUIPlugin } from '@univerjs/sheets-filter-ui'
import { UniverSheetsSortPlugin } from '@univerjs/sheets-sort'
import { UniverSheetsSortUIPlugin } from '@univerjs/sheets-sort-ui'
import type { SharedWorkbook } from '@whereabouts/univer'
import { addKeys } from './sheet-keys.js'
import '@univerjs/find-replace/lib/index.css'
import '@univerjs/sheets-filter-ui/lib/index.css'
import '@univerjs/sheets-sort-ui/lib/index.css'

/**
 * Adds the tools that the cells don't need: finding, replacing, sorting, filtering and some keys.
 *
 * @see OFFICE.md SF10
 */
export async function addTools(univer: Univer, shared: SharedWorkbook): Promise<void> {
  const filters = whenThere(univer, SHEET_FILTER_SNAPSHOT_ID)
  univer.registerPlugins([
    [UniverFindReplacePlugin],
    [UniverSheetsFindReplacePlugin],
    [UniverSheetsSortPlugin],
    [UniverSheetsSortUIPlugin],
    [UniverSheetsFilterPlugin],
    [UniverSheetsFilterUIPlugin],
  ])
  await filters
  shared.showFilters()
  addKeys(univer, shared)
}

/** Resolves when a plugin that was registered late has started, as Univer lets it wait for a while. */
async function whenThere(univer: Univer, name: string): Promise<void> {
  const resources = univer.__getInjector().get(IResourceManagerService)
  await new Promise<void>((resolve) => {
    const listening = resources.register$.subscribe(({ pluginName }) => {
      if (pluginName !== name) return
      listening.unsubscribe()
      // All plugins that have waited start in the same task.
      setTimeout(resolve)
    })
  })
}
