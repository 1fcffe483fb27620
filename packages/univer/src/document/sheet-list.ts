import { compare } from './axis.js'
import { FIRST_SIZE, LIMITS } from './limits.js'
import { isOrderKey, keyInRun, type OrderKey } from './order-key.js'

/** The sheets of an empty document. @see SHEET.md SD2 */
const FIRST_SHEETS: readonly string[] = ['sheet-1', 'sheet-2', 'sheet-3']

const SHEET_ID = /^[A-Za-z0-9_-]{1,64}$/
const ENTRY = /^([A-Za-z0-9_-]{1,64})\/([a-z-]+)$/

/** Returns whether a text can be the id of a sheet. The grid keeps sheets by id in objects, which have properties of their own. @see SHEET.md SH168 */
export const isSheetId = (id: string): boolean => SHEET_ID.test(id) && !(id in {})

interface Entries {
  readonly at?: unknown
  readonly gone?: unknown
  readonly name?: unknown
  readonly rows?: unknown
  readonly columns?: unknown
  readonly 'frozen-rows'?: unknown
  readonly 'frozen-columns'?: unknown
  readonly hidden?: unknown
  readonly color?: unknown
  readonly grid?: unknown
}

/** How a sheet and its tab look. */
export interface Look {
  readonly isHidden: boolean
  /** The color of its tab as in CSS; `null` for none. */
  readonly color: string | null
  readonly hasGridLines: boolean
}

/** How a sheet looks unless its document says otherwise. */
export const USUAL_LOOK: Look = { isHidden: false, color: null, hasGridLines: true }

const COLOR = /^(?:#[0-9a-fA-F]{3,8}|rgba?\([0-9., ]{1,40}\))$/

/** Returns whether a value is a color as in CSS. */
export const isColor = (value: unknown): value is string =>
  typeof value === 'string' && COLOR.test(value)

/** The sheets, with their order and names. @see SHEET.md SD2 */
export class SheetList {
  readonly #entries = new Map<string, Entries>(FIRST_SHEETS.map((id) => [id, {}]))
  #ids: readonly string[] | null = null
  #names: ReadonlyMap<string, string> | null = null
  #thereAre = 0

  /** Takes in an entry, which a stranger may have written; returns the id of its sheet. */
  read(entry: string, value: unknown): string | undefined {
    const [, id, property] = ENTRY.exec(entry) ?? []
    if (id === undefined || property === undefined || id in {}) return undefined
    this.#entries.set(id, { ...this.#entries.get(id), [property]: value })
    this.#ids = null
    this.#names = null
    return id
  }

  /** The ids of the sheets in order; there is always at least one. */
  get ids(): readonly string[] {
    this.#ids ??= this.#sorted()
    return this.#ids
  }

  /** The name of each sheet, as it was chosen, with a number if two are the same. */
  get names(): ReadonlyMap<string, string> {
    this.#names ??= this.#unique()
    return this.#names
  }

  /** Whether some sheets are ignored because there are too many. */
  get hasTooMany(): boolean {
    return this.#thereAre > LIMITS.sheets
  }

  #sorted(): readonly string[] {
    const all = [...this.#entries.keys()].flatMap((id) => {
      const key = this.keyOf(id)
      return key === undefined ? [] : [{ id, key }]
    })
    const sorted = all
      .toSorted((a, b) => compare(a.key, b.key) || compare(a.id, b.id))
      .map(({ id }) => id)
    const there = sorted.filter((id) => this.#entries.get(id)!.gone !== true)
    this.#thereAre = there.length
    // Two people may each delete the sheet that the other left.
    return there.length > 0 ? there.slice(0, LIMITS.sheets) : sorted.slice(0, 1)
  }

  /** Returns the key of a sheet; `undefined` if it never existed. */
  keyOf(id: string): OrderKey | undefined {
    const at = this.#entries.get(id)?.at
    if (isOrderKey(at)) return at
    const first = FIRST_SHEETS.indexOf(id)
    return first === -1 ? undefined : keyInRun('i', first)
  }

  #unique(): ReadonlyMap<string, string> {
    const taken = new Set<string>()
    const names = new Map<string, string>()
    for (const id of [...this.ids].toSorted()) {
      const name = this.#nameOf(id)
      let unique = name
      for (let n = 2; taken.has(unique.toLowerCase()); n++) unique = `${name} (${n})`
      taken.add(unique.toLowerCase())
      names.set(id, unique)
    }
    return names
  }

  /** Returns how many rows and columns a sheet began with. */
  sizeOf(id: string): { readonly rows: number; readonly columns: number } {
    const { rows, columns } = this.#entries.get(id) ?? {}
    return {
      rows: isCount(rows, LIMITS.rows) ? rows : FIRST_SIZE.rows,
      columns: isCount(columns, LIMITS.columns) ? columns : FIRST_SIZE.columns,
    }
  }

  /** Returns the keys up to which rows and columns are frozen. */
  frozenOf(id: string): { readonly rows?: OrderKey; readonly columns?: OrderKey } {
    const { 'frozen-rows': rows, 'frozen-columns': columns } = this.#entries.get(id) ?? {}
    return {
      ...(isOrderKey(rows) ? { rows } : {}),
      ...(isOrderKey(columns) ? { columns } : {}),
    }
  }

  /** Returns how a sheet looks. If all are hidden, the first is shown. @see SHEET.md SF8 */
  lookOf(id: string): Look {
    const { color, grid } = this.#entries.get(id) ?? {}
    const areAllHidden = this.ids.every((other) => this.#entries.get(other)?.hidden === true)
    const isHidden = this.#entries.get(id)?.hidden === true
    return {
      isHidden: isHidden && !(areAllHidden && id === this.ids[0]),
      color: isColor(color) ? color : null,
      hasGridLines: grid !== false,
    }
  }

  #nameOf(id: string): string {
    const { name } = this.#entries.get(id) ?? {}
    const text = typeof name === 'string' ? cleanName(name) : ''
    if (text !== '') return text
    const first = FIRST_SHEETS.indexOf(id)
    return first === -1 ? id : `Sheet ${first + 1}`
  }
}

/** Returns a name without characters that can't be shown on a tab, or be in a file: there two names must not become one. @see FILES.md FL43 */
export function cleanName(name: string): string {
  const cut = name.slice(0, LIMITS.nameCharacters).toWellFormed()
  const shown = cut.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '').trim()
  return shown.replaceAll(/[\uFFFE\uFFFF]/g, '\uFFFD')
}

const isCount = (value: unknown, most: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= most
