import { CommandType, ICommandService, type Univer } from '@univerjs/core'
import {
  ContextMenuGroup,
  ContextMenuPosition,
  IMenuManagerService,
  IShortcutService,
  MenuItemType,
  MetaKeys,
  whenSheetEditorFocused,
} from '@univerjs/preset-sheets-core'
import type { SharedWorkbook } from '@whereabouts/univer'
import type { CellTexts } from './beside-cells/texts.js'
import type { SheetCharts } from './charts/charts.js'
import { t } from './language/language.js'
import { notify } from './passing-notice.js'
import type { Session } from './session.js'
import { untilUserActs } from './until-user-acts.js'

const ADD = 'whereabouts.operation.add-chart'
const F1 = 112
const PART = 'charts:'
const { ALT } = MetaKeys

/** Adds the commands for charts; what draws them is loaded when the document has one, or one is made. @see OFFICE.md SH201 */
export function addCharts(
  univer: Univer,
  shared: SharedWorkbook,
  session: Session,
  { addChart }: Pick<CellTexts, 'addChart'>,
): void {
  const injector = univer.__getInjector()
  let loading: Promise<SheetCharts> | null = null
  const load = () => (loading ??= loadCharts(injector, shared, session))
  const loadingFirst = (act: (charts: SheetCharts) => void) => () => {
    load().then(act, (error: unknown) => {
      loading = null
      reportError(error)
      notify(t('common.unreachable'))
    })
    return true
  }
  const commands = injector.get(ICommandService)
  const { OPERATION: type } = CommandType
  const add = () => {
    // Taken now, as the user may go on elsewhere while charts are being loaded.
    const [cells, acts] = [shared.workbook.getActiveRange(), untilUserActs()]
    return loadingFirst((charts) => charts.add(cells, acts))()
  }
  commands.registerCommand({ id: ADD, type, handler: add })
  const preconditions = whenSheetEditorFocused
  injector.get(IShortcutService).registerShortcut({ id: ADD, binding: F1 | ALT, preconditions })
  const item = { id: ADD, commandId: ADD, type: MenuItemType.BUTTON, title: addChart } as const
  injector.get(IMenuManagerService).mergeMenu({
    [ContextMenuPosition.MAIN_AREA]: {
      [ContextMenuGroup.OTHERS]: { order: 0, [ADD]: { order: 1, menuItemFactory: () => item } },
    },
  })
  loadWithFirst(
    session,
    loadingFirst(() => {}),
  )
}

async function loadCharts(
  injector: ReturnType<Univer['__getInjector']>,
  shared: SharedWorkbook,
  session: Session,
): Promise<SheetCharts> {
  const { SheetCharts: Own } = await import('./charts/charts.js')
  return new Own(injector, shared, session)
}

/** Loads what draws charts once the document has any. */
function loadWithFirst({ doc }: Session, load: () => void): void {
  const look = () => {
    // Whoever looks for charts, such as for paper, leaves an empty part behind.
    const hasCharts = (name: string) => name.startsWith(PART) && doc.getMap(name).size > 0
    if (![...doc.share.keys()].some(hasCharts)) return
    doc.off('afterTransaction', look)
    load()
  }
  doc.on('afterTransaction', look)
  look()
}
