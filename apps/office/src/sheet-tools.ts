import {
  IResourceManagerService,
  LifecycleService,
  LifecycleStages,
  type Univer,
} from '@univerjs/core'
import { UniverDataValidationPlugin } from '@univerjs/data-validation'
import { UniverFindReplacePlugin } from '@univerjs/find-replace'
import {
  SHEET_CONDITIONAL_FORMATTING_PLUGIN,
  UniverSheetsConditionalFormattingPlugin,
} from '@univerjs/sheets-conditional-formatting'
import { UniverSheetsConditionalFormattingUIPlugin } from '@univerjs/sheets-conditional-formatting-ui'
import {
  DATA_VALIDATION_PLUGIN_NAME,
  UniverSheetsDataValidationPlugin,
} from '@univerjs/sheets-data-validation'
import { UniverSheetsDataValidationUIPlugin } from '@univerjs/sheets-data-validation-ui'
import { UniverSheetsFindReplacePlugin } from '@univerjs/sheets-find-replace'
import { SHEET_FILTER_SNAPSHOT_ID, UniverSheetsFilterPlugin } from '@univerjs/sheets-filter'
import { UniverSheetsFilterUIPlugin } from '@univerjs/sheets-filter-ui'
import { UniverSheetsSortPlugin } from '@univerjs/sheets-sort'
import { UniverSheetsSortUIPlugin } from '@univerjs/sheets-sort-ui'
import type { GivenBack, SharedWorkbook } from '@whereabouts/univer'
import {
  ISheetCellDropdownManagerService,
  SheetCellDropdownManagerService,
} from 'virtual:univer-dropdowns'
import { addCellCards } from './beside-cells/cell-cards.js'
import type { CellTexts } from './beside-cells/texts.js'
import { offerSheetMenus } from './menus/sheet-entries.js'
import { fitChoices } from './sheet-choice-heights.js'
import { addCharts } from './sheet-charts.js'
import { addKeys } from './sheet-keys.js'
import { addListKeys } from './sheet-lists.js'
import { nameControls } from './sheet-names/name-controls.js'
import type { Session } from './session.js'
import { addPrintKey, printLight } from './sheet-print.js'
import { addSheetImages } from './sheet-images/sheet-images.js'
import { addSum } from './sheet-sum.js'
import { addTick } from './sheet-tick.js'
import { addTouch } from './sheet-touch.js'
import '@univerjs/find-replace/lib/index.css'
import '@univerjs/sheets-conditional-formatting-ui/lib/index.css'
import '@univerjs/sheets-data-validation-ui/lib/index.css'
import '@univerjs/sheets-filter-ui/lib/index.css'
import '@univerjs/sheets-sort-ui/lib/index.css'

/** What the tools of a sheet need beside its cells. */
interface ToolOptions {
  readonly session: Session
  readonly texts: CellTexts
  readonly giveBack: (given: GivenBack) => void
  readonly print: () => void
}

/**
 * Adds the tools that the cells don't need: finding, replacing, sorting, filtering, conditional formats, data
 * validation, notes, links, images and some keys.
 *
 * @see OFFICE.md SF10
 */
export async function addTools(
  univer: Univer,
  shared: SharedWorkbook,
  { session, texts, giveBack, print }: ToolOptions,
): Promise<void> {
  univer
    .__getInjector()
    .add([ISheetCellDropdownManagerService, { useClass: SheetCellDropdownManagerService }])
  const late = [
    SHEET_FILTER_SNAPSHOT_ID,
    SHEET_CONDITIONAL_FORMATTING_PLUGIN,
    DATA_VALIDATION_PLUGIN_NAME,
  ].map((name) => whenThere(univer, name))
  univer.registerPlugins([
    [UniverFindReplacePlugin],
    [UniverSheetsFindReplacePlugin],
    [UniverSheetsSortPlugin],
    [UniverSheetsSortUIPlugin],
    [UniverSheetsFilterPlugin],
    [UniverSheetsFilterUIPlugin],
    [UniverSheetsConditionalFormattingPlugin],
    [UniverSheetsConditionalFormattingUIPlugin],
    [UniverDataValidationPlugin],
    [UniverSheetsDataValidationPlugin],
    // Its field would take the keys from the cell in which somebody types.
    [UniverSheetsDataValidationUIPlugin, { showSearchOnDropdown: false }],
  ])
  await Promise.all(late)
  startAll(univer)
  shared.showLate()
  addCellCards(univer, shared, texts, giveBack)
  const images = addSheetImages(univer, shared)
  addCharts(univer, shared, session, texts)
  addKeys(univer, shared)
  addListKeys(univer, shared)
  fitChoices(univer)
  addSum(univer, shared)
  addTick(univer, shared)
  printLight(univer, shared.workbook.getId())
  addPrintKey(print)
  void nameControls(univer)
  offerSheetMenus(univer, shared)
  addTouch(univer, shared)
  await images
}

/** Starts what Univer leaves until three seconds after it has drawn: its handle that fills cells, for one. */
function startAll(univer: Univer): void {
  univer.__getInjector().get(LifecycleService).stage = LifecycleStages.Steady
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
