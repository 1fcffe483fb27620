import { compare } from './axis.js'
import { FIRST_SIZE, LIMITS } from './limits.js'
import { isOrderKey, keyInRun, type OrderKey } from './order-key.js'

/** The sheets of a document in which nothing is written yet. @see SHEET.md SD2 */
const FIRST_SHEETS: readonly string[] = ['sheet-1', 'sheet-2', 'sheet-3']

const SHEET_ID = /^[A-Za-z0-9_-]{1,64}$/
const ENTRY = /^([A-Za-z0-9_-]{1,64})\/([a-z-]+)$/

/** Whether text can be the id of a sheet. */
export const isSheetId = (id: string): boolean => SHEET_ID.test(id)

interface Entries {
  readonly at?: unknown
  readonly gone?: unknown
  readonly name?: unknown
  readonly rows?: unknown
  readonly columns?: unknown
  readonly 'frozen-rows'?: unknown
  readonly 'frozen-columns'?: unknown
}

/** Which sheets there are, in which order, and what each is called. @see SHEET.md SD2 */
export class SheetList {
  readonly #entries = new Map<string, Entries>(FIRST_SHEETS.map((id) => [id, {}]))
  #ids: readonly string[] | null = null
  #names: ReadonlyMap<string, string> | null = null
  #thereAre = 0

  /** Takes in an entry, whoever wrote it; gives the id of the sheet that it is about. */
  read(entry: string, value: unknown): string | undefined {
    const [, id, property] = ENTRY.exec(entry) ?? []
    if (id === undefined || property === undefined) return undefined
    this.#entries.set(id, { ...this.#entries.get(id), [property]: value })
    this.#ids = null
    this.#names = null
    return id
  }

  /** The ids of the sheets in order; there is always one. */
  get ids(): readonly string[] {
    this.#ids ??= this.#sorted()
    return this.#ids
  }

  /** What each sheet is called: as people said, and with a number where two said the same. */
  get names(): ReadonlyMap<string, string> {
    this.#names ??= this.#unique()
    return this.#names
  }

  /** Whether there are sheets that don't count because there are too many. */
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
    // Two people can each delete the sheet that the other left.
    return there.length > 0 ? there.slice(0, LIMITS.sheets) : sorted.slice(0, 1)
  }

  /** The key of a sheet; `undefined` if nobody made it. */
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

  /** How many rows and columns a sheet began with. */
  sizeOf(id: string): { readonly rows: number; readonly columns: number } {
    const { rows, columns } = this.#entries.get(id) ?? {}
    return {
      rows: isCount(rows, LIMITS.rows) ? rows : FIRST_SIZE.rows,
      columns: isCount(columns, LIMITS.columns) ? columns : FIRST_SIZE.columns,
    }
  }

  /** The keys up to which rows and columns don't scroll. */
  frozenOf(id: string): { readonly rows?: OrderKey; readonly columns?: OrderKey } {
    const { 'frozen-rows': rows, 'frozen-columns': columns } = this.#entries.get(id) ?? {}
    return {
      ...(isOrderKey(rows) ? { rows } : {}),
      ...(isOrderKey(columns) ? { columns } : {}),
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

/** A name without what can't be shown on a tab. */
export function cleanName(name: string): string {
  const cut = name.slice(0, LIMITS.nameCharacters).toWellFormed()
  return cut.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '').trim()
}

const isCount = (value: unknown, most: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= most
