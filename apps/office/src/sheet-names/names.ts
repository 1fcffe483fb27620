import { LocaleService, type Univer } from '@univerjs/core'
import { IMenuManagerService } from '@univerjs/preset-sheets-core'
import type { NameTexts } from './texts.js'

type Menu = ReturnType<IMenuManagerService['getFlatMenuByPositionKey']>

/** Where the menus are whose controls show no text. */
const MENUS = ['ribbon', 'contextMenu']
const COMMAND = '[data-u-command]'
const ICON = /univerjs-icon-([\w-]+)-icon/
const TAB_BUTTON = '[data-u-comp="sheet-bar-append-button"]'

/** Univer's texts for icons that no menu has. */
const TEXTS_OF_ICONS: { readonly [icon: string]: string } = {
  'check-mark': 'ui.rangeSelector.confirm',
  close: 'ui.rangeSelector.cancel',
  fx: 'sheets-formula-ui.insert.tooltip',
  increase: 'sheets-ui.shortcut.sheet.zoom-in',
  reduce: 'sheets-ui.shortcut.sheet.zoom-out',
  'select-range': 'ui.rangeSelector.buttonTooltip',
}

/** Finds the names of Univer's controls: those that its menus show beside them, in the language of the window. */
export class Names {
  readonly #locale: LocaleService
  readonly #menus: IMenuManagerService
  readonly texts: NameTexts
  #ofCommands: ReadonlyMap<string, string> | undefined
  #ofIcons: ReadonlyMap<string, string> | undefined

  constructor(univer: Univer, texts: NameTexts) {
    const injector = univer.__getInjector()
    this.#locale = injector.get(LocaleService)
    this.#menus = injector.get(IMenuManagerService)
    this.texts = texts
    this.#menus.menuChanged$.subscribe(() => {
      this.#ofCommands = undefined
      this.#ofIcons = undefined
    })
  }

  /** Returns the name of a control that shows no text; `undefined` if nothing says it. */
  of(control: Element): string | undefined {
    return this.#ofCommand(control) ?? this.#ofIcon(control)
  }

  /** Returns one of Univer's texts. */
  text(key: string): string {
    return this.#locale.t(key)
  }

  #ofCommand(control: Element): string | undefined {
    const command = control.closest(COMMAND) ?? control.querySelector(COMMAND)
    if (command === null) return undefined
    this.#read()
    return this.#ofCommands?.get(command.getAttribute('data-u-command') ?? '')
  }

  #ofIcon(control: Element): string | undefined {
    const shown = control.matches('svg') ? control : control.querySelector('svg')
    const [, icon] = ICON.exec(shown?.getAttribute('class') ?? '') ?? []
    if (icon === undefined) return undefined
    if (control.closest(TAB_BUTTON) !== null) return this.#ofTabButton(icon, shown!)
    const key = TEXTS_OF_ICONS[icon]
    if (key !== undefined) return this.text(key)
    this.#read()
    return this.#ofIcons?.get(icon)
  }

  #ofTabButton(icon: string, shown: Element): string {
    const { allSheets, newSheet, nextSheets, previousSheets } = this.texts
    if (icon === 'convert') return allSheets
    if (icon === 'increase') return newSheet
    return shown.classList.contains('univer-rotate-180') ? previousSheets : nextSheets
  }

  /** Reads the menus, once until they change. */
  #read(): void {
    if (this.#ofCommands !== undefined) return
    const ofCommands = new Map<string, string>()
    const ofIcons = new Map<string, string>()
    for (const { item } of MENUS.flatMap((menu): Menu =>
      this.#menus.getFlatMenuByPositionKey(menu),
    )) {
      const key = item?.tooltip ?? item?.title
      if (item === undefined || key === undefined || ofCommands.has(item.id)) continue
      const name = this.text(key)
      ofCommands.set(item.id, name)
      if (typeof item.icon === 'string') ofIcons.set(inKebabs(item.icon), name)
    }
    this.#ofCommands = ofCommands
    this.#ofIcons = ofIcons
  }
}

/** @example inKebabs('FontColorDoubleIcon') // 'font-color-double' */
function inKebabs(icon: string): string {
  return icon
    .replace(/Icon$/, '')
    .replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '-')
    .toLowerCase()
}
