import { isNameText } from './a1.js'
import { readFormula, type Formula } from './formula.js'
import { LIMITS } from './limits.js'

/** A name that people give to cells or to a formula. */
export interface Name {
  readonly id: string
  /** No other one is called the same, whatever the case. */
  readonly name: string
  /** What it stands for, beginning with `=`. @example "='Sheet 1'!$A$1:$B$9" */
  readonly formula: string
  /** The id of the sheet that it belongs to; `null` for the workbook. */
  readonly sheet: string | null
  readonly comment: string
}

/** A name of the document, wherever its cells are now. */
export interface StoredName extends Omit<Name, 'formula'> {
  readonly formula: Formula
}

/** What of a name can be used; a stranger may have written it. */
type Parts = { readonly [part in keyof typeof READ]?: ReturnType<(typeof READ)[part]> }

const ENTRY = /^([A-Za-z0-9_-]{1,64})\/(name|formula|sheet|comment)$/

/** Returns whether a text can be the id of a name, which grids keep in objects. @see SHEET.md SH220 */
export const isNameId = (id: string): boolean => ENTRY.test(`${id}/name`) && !(id in {})

const READ = {
  name: (value: unknown) => (typeof value === 'string' && isNameText(value) ? value : undefined),
  formula: readFormula,
  sheet: (value: unknown) => (typeof value === 'string' ? value : undefined),
  comment: (value: unknown) => (typeof value === 'string' ? cleanComment(value) : undefined),
}

/** The names of a workbook in the document, and those that the grid shows. @see SHEET.md SD56 */
export class NameList {
  readonly #parts = new Map<string, Parts>()
  isTouched = true
  #shown: readonly Name[] = []
  #texts: ReadonlyMap<string, string> = new Map()
  #ids: ReadonlyMap<string, string> = new Map()

  /** Reads an entry, which a stranger may have written; `undefined` is a deleted one. */
  read(entry: string, value: unknown): void {
    const [, id, property] = ENTRY.exec(entry) ?? []
    if (id === undefined || property === undefined || id in {}) return
    this.isTouched = true
    const read = READ[property as keyof typeof READ](value)
    const parts: Parts = { ...this.#parts.get(id), [property]: read }
    if (Object.values(parts).every((part) => part === undefined)) this.#parts.delete(id)
    else this.#parts.set(id, parts)
  }

  get shown(): readonly Name[] {
    return this.#shown
  }

  set shown(names: readonly Name[]) {
    this.#shown = names
    this.#texts = new Map(names.map(({ id, name }) => [id, name]))
    this.#ids = new Map(
      names
        .toReversed()
        .flatMap(({ id, name, sheet }) => [
          [keyOf(name, undefined), id] as const,
          ...(sheet === null ? [] : [[keyOf(name, sheet), id] as const]),
          ...(sheet === null
            ? []
            : [[keyOf(this.#parts.get(id)?.name ?? name, sheet), id] as const]),
        ]),
    )
  }

  /** Returns what a name is called now. */
  textOf(id: string): string | undefined {
    return this.#texts.get(id)
  }

  /** Returns the id of what is called so: in a sheet, its own names come first. */
  idOf(text: string, sheet: string | undefined): string | undefined {
    if (this.#ids.size === 0) return undefined
    const own = sheet === undefined ? undefined : this.#ids.get(keyOf(text, sheet))
    return own ?? this.#ids.get(keyOf(text, undefined))
  }

  /** Those that count, the lowest id first. @see SHEET.md SH153, SH154 */
  get inOrder(): StoredName[] {
    const complete = [...this.#parts].flatMap(([id, { name, formula }]) =>
      name === undefined || formula === undefined ? [] : id,
    )
    const taken = new Set<string>()
    // Without a function to compare with, a million are sorted in less than a second.
    const lowest = complete.toSorted().slice(0, LIMITS.names)
    return lowest.map((id) => {
      const { name: own, formula, sheet = null, comment = '' } = this.#parts.get(id)!
      let name = own!
      for (let n = 2; taken.has(name.toLowerCase()); n++) name = withNumber(own!, n)
      taken.add(name.toLowerCase())
      return { id, name, formula: formula!, sheet, comment }
    })
  }
}

/** A name that is as long as names can be is made shorter. */
function withNumber(name: string, n: number): string {
  const end = `_${n}`
  return name.slice(0, LIMITS.nameTextCharacters - end.length).replace(/[\uD800-\uDBFF]$/, '') + end
}

const keyOf = (text: string, sheet: string | undefined): string =>
  `${sheet ?? ''}!${text.toLowerCase()}`

/** Returns a comment as a document can have it. */
export const cleanComment = (comment: string): string =>
  comment.slice(0, LIMITS.commentCharacters).toWellFormed()
