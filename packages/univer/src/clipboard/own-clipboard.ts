import {
  ErrorService,
  ICommandService,
  ILogService,
  Injector,
  IUndoRedoService,
  IUniverInstanceService,
  LocaleService,
  ThemeService,
  type DependencyOverride,
} from '@univerjs/core'
import {
  IClipboardInterfaceService,
  IMarkSelectionService,
  INotificationService,
  IPlatformService,
  IRenderManagerService,
  ISheetClipboardService,
  PREDEFINED_HOOK_NAME_COPY,
  PREDEFINED_HOOK_NAME_PASTE,
  SheetClipboardService,
  SheetsSelectionsService,
} from '@univerjs/preset-sheets-core'
import type { Work } from '../slices.js'
import { copyAsHtml, copyAsText } from './copied.js'
import { readContents, readItem, type Contents } from './contents.js'
import { Paster, type RoomFor } from './paste.js'
import { partOf } from './special-paste.js'
import { CannotPaste } from './table.js'
import type { Sentence } from '../texts.js'

/** What a paste needs of the bound workbook. */
export interface PasteSurroundings {
  /** Returns the room that a sheet has left. */
  readonly roomFor: RoomFor
  /** Tells the user why a paste is refused. */
  readonly notify: (why: Sentence) => void
  /** Does the paste as one action of the user. */
  readonly act: <T>(work: Work<T>) => Promise<T>
}

const DEPENDENCIES = [
  ILogService,
  IUniverInstanceService,
  SheetsSelectionsService,
  IClipboardInterfaceService,
  IUndoRedoService,
  ICommandService,
  IMarkSelectionService,
  INotificationService,
  IPlatformService,
  IRenderManagerService,
  ThemeService,
  LocaleService,
  ErrorService,
  Injector,
]

type Services = ConstructorParameters<typeof SheetClipboardService>
type CopyContent = ReturnType<SheetClipboardService['generateCopyContent']>
type CopyParameters = Parameters<SheetClipboardService['generateCopyContent']>
type PasteWay = Parameters<SheetClipboardService['pasteByCopyId']>[1]

/**
 * Replaces Univer's copying to and pasting from other programs. Copies from this window still use
 * Univer's own way, which includes formulas.
 *
 * @see OFFICE.md SH20
 */
export function overrideClipboard(around: PasteSurroundings): DependencyOverride {
  const useFactory = (...services: Services) => new OwnClipboard(services, around)
  return [[ISheetClipboardService, { useFactory, deps: DEPENDENCIES }]]
}

class OwnClipboard extends SheetClipboardService {
  readonly #injector: Injector
  readonly #around: PasteSurroundings

  constructor(services: Services, around: PasteSurroundings) {
    super(...services)
    this.#injector = services[13]
    this.#around = around
  }

  override async paste(item: ClipboardItem, way?: PasteWay): Promise<boolean> {
    return this.#paste(await readItem(item), way)
  }

  override async legacyPaste(html = '', text = '', files: File[] = []): Promise<boolean> {
    return this.#paste({ html, text, hasFiles: files.length > 0 })
  }

  override generateCopyContent(...parameters: CopyParameters): CopyContent {
    const content = super.generateCopyContent(...parameters)
    const [workbook, id, , options] = parameters
    const sheet = this.#injector
      .get(IUniverInstanceService)
      .getUniverSheetInstance(workbook)
      ?.getSheetBySheetId(id)
    const isFormulas = options?.copyHookType === PREDEFINED_HOOK_NAME_COPY.SPECIAL_COPY_FORMULA_ONLY
    if (!content || !sheet || isFormulas) return content
    const { discreteRange, copyId } = content
    const plain = copyAsText(sheet, discreteRange)
    return { ...content, plain, html: copyAsHtml(sheet, discreteRange, copyId) }
  }

  async #paste(contents: Contents, way?: PasteWay): Promise<boolean> {
    const copyId = /data-copy-id="([\w-]+)"/.exec(contents.html)?.[1]
    if (copyId !== undefined && this.copyContentCache().get(copyId)?.matrix) {
      return this.pasteByCopyId(copyId, way)
    }
    const paster = new Paster(this.#injector, this.#around.roomFor)
    const isDone = await this.#around.act(this.#pasting(paster, contents, way))
    // Typing that had to wait for the paste has opened the editor by now.
    if (isDone) paster.select()
    return isDone
  }

  *#pasting(
    paster: Paster,
    contents: Contents,
    way: string = PREDEFINED_HOOK_NAME_PASTE.DEFAULT_PASTE,
  ): Work<boolean> {
    try {
      const table = yield* readContents(contents)
      this.removeMarkSelection()
      const isOfWidths = way === PREDEFINED_HOOK_NAME_PASTE.SPECIAL_PASTE_COL_WIDTH
      return isOfWidths ? paster.pasteWidths(table) : yield* paster.pasting(partOf(table, way))
    } catch (error) {
      if (!(error instanceof CannotPaste)) throw error
      this.#around.notify(error.why)
      return false
    }
  }
}
