import {
  IConfigService,
  IPermissionService,
  toDisposable,
  type IDisposable,
  type IPermissionPoint,
  type Injector,
  type Workbook as WorkbookModel,
} from '@univerjs/core'
import {
  BuiltInUIPart,
  HeaderUnhideRangeService,
  IRenderManagerService,
  ISidebarService,
  IUIPartsService,
  type IUniverUIConfig,
  SheetPermissionCheckController,
  SheetSkeletonManagerService,
  UI_PLUGIN_CONFIG_KEY,
  WorkbookEditablePermission,
  WorksheetSetColumnStylePermission,
  WorksheetSetRowStylePermission,
} from '@univerjs/preset-sheets-core'

const TAB = '[data-u-comp="slide-tab-item"]'

/**
 * Hides Univer's tools while the workbook can only be read: the toolbar, its panel, the menus on cells and tabs,
 * typing into the formula bar, the handle that fills cells, the edges that resize lines and the arrows
 * that show hidden ones. Cells can still be selected and copied.
 *
 * @see OFFICE.md SH105
 */
export class EditingTools {
  readonly #injector: Injector
  readonly #workbook: WorkbookModel
  /** The ids of Univer's permissions that decide which tools work. */
  readonly #points = new Set<string>()
  #isShown: boolean | undefined
  /** Whether Univer was started with menus. */
  #hadMenus: boolean | undefined
  #isDrawn = false
  #sheets = 0

  constructor(workbook: WorkbookModel, injector: Injector) {
    this.#workbook = workbook
    this.#injector = injector
  }

  /** Keeps the permissions: Univer grants all of them a moment after it has opened a workbook. */
  start(): IDisposable {
    const permissions = this.#injector.get(IPermissionService)
    const subscription = permissions.permissionPointUpdate$.subscribe(({ id, value }) => {
      const isPermitted = this.#isShown !== false
      if (this.#points.has(id) && value !== isPermitted) {
        permissions.updatePermissionPoint(id, isPermitted)
      }
    })
    document.addEventListener('pointerdown', this.#holdTab, { capture: true })
    const arrows = this.#injector
      .get(HeaderUnhideRangeService)
      .registerRangeVisibleHandler((isVisible) => isVisible && this.#isShown !== false)
    return toDisposable(() => {
      arrows.dispose()
      subscription.unsubscribe()
      document.removeEventListener('pointerdown', this.#holdTab, { capture: true })
    })
  }

  /** Keeps the tab of the active sheet from being dragged: Univer leaves it there though it is refused. */
  readonly #holdTab = (event: PointerEvent): void => {
    if (this.#isShown !== false || !(event.target instanceof Element)) return
    const id = event.target.closest(TAB)?.getAttribute('data-id')
    if (id === this.#workbook.getActiveSheet()?.getSheetId()) event.stopPropagation()
  }

  /** Calls back when Univer itself refuses something, and suppresses its dialog. */
  whenRefused(callback: () => void): IDisposable {
    this.#injector.get(IPermissionService).setShowComponents(false)
    const { triggerPermissionUIEvent$ } = this.#injector.get(SheetPermissionCheckController)
    const subscription = triggerPermissionUIEvent$.subscribe(callback)
    return toDisposable(() => subscription.unsubscribe())
  }

  /** Shows or hides the tools. Call it again when there may be other sheets. */
  show(isShown: boolean): void {
    const sheets = this.#workbook.getSheets()
    if (isShown === this.#isShown && sheets.length === this.#sheets) return
    const wasShown = this.#isShown
    this.#isShown = isShown
    this.#sheets = sheets.length
    this.#showToolbar()
    this.#showMenus(isShown)
    if (!isShown) this.#injector.get(ISidebarService).close()
    if (wasShown === !isShown) this.#drawHeaders()
    const unit = this.#workbook.getUnitId()
    this.#permit(new WorkbookEditablePermission(unit), isShown)
    for (const sheet of sheets) {
      this.#permit(new WorksheetSetRowStylePermission(unit, sheet.getSheetId()), isShown)
      this.#permit(new WorksheetSetColumnStylePermission(unit, sheet.getSheetId()), isShown)
    }
  }

  /** Draws the arrows of hidden lines again, or no more. */
  #drawHeaders(): void {
    const unit = this.#workbook.getUnitId()
    const render = this.#injector.get(IRenderManagerService).getRenderById(unit)
    const sheetId = this.#workbook.getActiveSheet()?.getSheetId()
    if (sheetId !== undefined) render?.with(SheetSkeletonManagerService).setCurrent({ sheetId })
  }

  /** Lets Univer have menus, unless it was started without any. */
  #showMenus(isShown: boolean): void {
    const configs = this.#injector.get(IConfigService)
    const config = configs.getConfig<IUniverUIConfig>(UI_PLUGIN_CONFIG_KEY)
    this.#hadMenus ??= config?.contextMenu !== false
    const contextMenu = isShown && this.#hadMenus
    if (contextMenu === (config?.contextMenu !== false)) return
    // Another object: Univer renders what isn't the same.
    configs.setConfig(UI_PLUGIN_CONFIG_KEY, { ...config, contextMenu })
  }

  /** Lets the toolbar be rendered; until then it would hold up the cells. */
  drawn(): void {
    this.#isDrawn = true
    this.#showToolbar()
  }

  #showToolbar(): void {
    const isShown = this.#isDrawn && this.#isShown === true
    this.#injector.get(IUIPartsService).setUIVisible(BuiltInUIPart.TOOLBAR, isShown)
  }

  #permit(point: IPermissionPoint, isPermitted: boolean): void {
    const permissions = this.#injector.get(IPermissionService)
    this.#points.add(point.id)
    if (permissions.getPermissionPoint(point.id) === undefined)
      permissions.addPermissionPoint(point)
    permissions.updatePermissionPoint(point.id, isPermitted)
  }
}
