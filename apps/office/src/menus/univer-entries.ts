import { ICommandService, type Injector, LocaleService } from '@univerjs/core'
import {
  ContextMenuPosition,
  type IMenuItem,
  IMenuManagerService,
  type IMenuSchema,
  IShortcutService,
  KeyCode,
  MetaKeys,
  RibbonPosition,
} from '@univerjs/preset-sheets-core'
import type { Observable } from 'rxjs'
import { focusCells } from '../focus-cells.js'
import type { Entry, Group } from './entries.js'

const POSITIONS = [
  RibbonPosition.START,
  RibbonPosition.INSERT,
  RibbonPosition.FORMULAS,
  RibbonPosition.DATA,
  RibbonPosition.VIEW,
  ContextMenuPosition.MAIN_AREA,
  ContextMenuPosition.ROW_HEADER,
  ContextMenuPosition.COL_HEADER,
  ContextMenuPosition.FOOTER_TABS,
  ContextMenuPosition.FOOTER_MENU,
]

/** Univer has no names for some of these. */
const NAMES: { readonly [code: number]: string } = {
  [KeyCode.ENTER]: 'Enter',
  [KeyCode.DELETE]: 'Delete',
  [KeyCode.ARROW_UP]: 'ArrowUp',
  [KeyCode.ARROW_DOWN]: 'ArrowDown',
  [KeyCode.ARROW_LEFT]: 'ArrowLeft',
  [KeyCode.ARROW_RIGHT]: 'ArrowRight',
  [KeyCode.EQUAL]: '=',
  [KeyCode.MINUS]: '-',
  33: 'PageUp',
  34: 'PageDown',
  35: 'End',
  36: 'Home',
  186: ';',
}
const F1 = 112
const KEY_MASK = 0xff

/** How an entry differs from what Univer's menus have. */
export interface Own {
  readonly label?: string
  readonly params?: object
  /** Another command than the entry of Univer's menu names. */
  readonly command?: string
  readonly isOn?: boolean
}

/** Univer's menus at one moment: the entries that the toolbar and the menus on cells have. */
export class UniverEntries {
  readonly #items = new Map<string, IMenuItem>()
  readonly #commands: ICommandService
  readonly #locale: LocaleService
  readonly #shortcuts: IShortcutService

  constructor(injector: Injector) {
    this.#commands = injector.get(ICommandService)
    this.#locale = injector.get(LocaleService)
    this.#shortcuts = injector.get(IShortcutService)
    const menus = injector.get(IMenuManagerService)
    for (const position of POSITIONS) this.#gather(menus.getMenuByPositionKey(position))
  }

  #gather(schemas: readonly IMenuSchema[]): void {
    for (const { item, children } of schemas) {
      if (item !== undefined && !this.#items.has(item.id)) this.#items.set(item.id, item)
      this.#gather(children ?? [])
    }
  }

  /** Returns the entry that does what one of Univer's menus does, in the same state; nothing while that is hidden. */
  of(id: string, { label, params, command, isOn }: Own = {}): Group {
    const item = this.#items.get(id)
    if (item === undefined || now(item.hidden$) === true) return []
    const entry = this.run(command ?? item.commandId ?? id, label ?? this.#nameOf(item), params)
    const isActive = 'activated$' in item ? now(item.activated$) : undefined
    return [{ ...entry, id, isOn: isOn ?? isActive, isOff: now(item.disabled$) === true }]
  }

  /** Returns an entry for each value that a list of Univer's toolbar offers. */
  valuesOf(
    id: string,
    values: readonly (readonly [value: string | number, label: string])[],
  ): Group {
    const item = this.#items.get(id)
    if (item === undefined || now(item.hidden$) === true) return []
    const current = now(item.value$)
    const isOff = now(item.disabled$) === true
    return values.map(([value, label]) => ({
      ...this.run(id, label, { value }),
      isOn: current === value,
      isChoice: true,
      isOff,
    }))
  }

  /** Returns the values that a list of Univer's toolbar has itself. */
  listed(id: string): Group {
    const item = this.#items.get(id)
    const selections = item !== undefined && 'selections' in item ? item.selections : undefined
    const listed = Array.isArray(selections) ? selections : []
    const values = listed.flatMap(({ value, label }) =>
      value === undefined || typeof label !== 'string'
        ? []
        : [[value, this.#locale.t(label)] as const],
    )
    return this.valuesOf(id, values)
  }

  /** Returns an entry that opens the functions of one of the toolbar's lists. */
  functions(id: string): Group {
    const item = this.#items.get(id)
    const selections = item !== undefined && 'selections' in item ? item.selections : undefined
    if (item?.title === undefined || !Array.isArray(selections)) return []
    const entries = selections.flatMap(({ value }) =>
      value === undefined ? [] : [this.run(item.commandId ?? id, String(value), { value })],
    )
    return [{ id, label: this.#locale.t(item.title), entries }]
  }

  /** Returns an entry that executes a command, with the keys that do the same. */
  run(command: string, label: string, params?: object): Entry {
    const act = () => {
      focusCells()
      void this.#commands.executeCommand(command, params)
    }
    return { id: command, label, keys: this.#keysOf(command, params), act }
  }

  /** Returns such an entry that is off while no menu on cells offers the same. */
  offered(command: string, label: string, as = command): Entry {
    const items = [...this.#items.values()].filter(({ id, commandId = id }) => commandId === as)
    const isOff = items.every(
      ({ hidden$, disabled$ }) => now(hidden$) === true || now(disabled$) === true,
    )
    return { ...this.run(command, label), isOff }
  }

  /** Returns what Univer calls something, in the language of the window. */
  text(key: string): string {
    return this.#locale.t(key)
  }

  #nameOf({ tooltip, title, id }: IMenuItem): string {
    return this.#locale.t(tooltip ?? title ?? id)
  }

  #keysOf(command: string, params: object | undefined): string | undefined {
    const same = JSON.stringify(params)
    const shortcut = this.#shortcuts
      .getAllShortcuts()
      .find(
        ({ id, staticParameters }) =>
          id === command &&
          (staticParameters === undefined || JSON.stringify(staticParameters) === same),
      )
    return shortcut?.binding === undefined ? undefined : writeKeys(shortcut.binding)
  }
}

/** @example writeKeys(KeyCode.B | MetaKeys.CTRL_COMMAND) // 'Control+B' */
function writeKeys(binding: number): string {
  const code = binding & KEY_MASK
  const isFunction = code >= F1 && code < F1 + 12
  const key = isFunction ? `F${code - F1 + 1}` : (NAMES[code] ?? String.fromCharCode(code))
  const modifiers = [
    [MetaKeys.CTRL_COMMAND, 'Control'],
    [MetaKeys.ALT, 'Alt'],
    [MetaKeys.SHIFT, 'Shift'],
  ] as const
  const held = modifiers.flatMap(([bit, name]) => ((binding & bit) === 0 ? [] : [name]))
  return [...held, key].join('+')
}

/** Returns the present value of something that tells it at once. */
function now<T>(observable: Observable<T> | undefined): T | undefined {
  let value: T | undefined
  observable?.subscribe((next) => (value = next)).unsubscribe()
  return value
}
