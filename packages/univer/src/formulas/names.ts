import { isOfCells, scanNames } from '../document/a1.js'
import type { NamedFormula } from './messages.js'
import { BOUNDS } from './bounds.js'
import { Variables } from './variables.js'

const BARE_SHEET = /[\p{L}_][\p{L}\p{N}_.]*!$/u

/** What needs no brackets where it stands for a name. */
const WHOLE = /^(?:[\p{L}\p{N}_.]+|"(?:[^"]|"")*")$/u

/**
 * The names that formulas can have, and what stands for each: a text without names, so that Univer needs
 * to know none. Its own way puts names into each other without an end, and forgets what depends on them.
 *
 * @see OFFICE.md SH158
 */
export class Names {
  /** By the name in small letters; `null` for one that stands for nothing that can be calculated. */
  #texts: ReadonlyMap<string, string | null> = new Map()
  /** Those that stand for cells, which a text in a formula may name. */
  #cells: readonly NamedFormula[] = []

  set(names: readonly NamedFormula[]): void {
    this.#texts = expanded(names)
    this.#cells = names.flatMap(({ name }) => {
      const text = this.#texts.get(name.toLowerCase())
      return typeof text === 'string' && isOfCells(text) ? [{ name, formula: text }] : []
    })
  }

  get ofCells(): readonly NamedFormula[] {
    return this.#cells
  }

  /** Returns a formula without names; `null` if it is too long then, or has one that stands for nothing. */
  expand(formula: string): string | null {
    if (this.#texts.size === 0) return formula
    return expand(formula, this.#texts, (name) => this.#texts.get(name) ?? null)
  }
}

function expanded(names: readonly NamedFormula[]): ReadonlyMap<string, string | null> {
  const formulas = new Map(names.map(({ name, formula }) => [name.toLowerCase(), formula]))
  const texts = new Map<string, string | null>()
  const textOf = (name: string): string | null => {
    const known = texts.get(name)
    if (known !== undefined) return known
    // For a name that stands for itself, by way of others as well.
    texts.set(name, null)
    const text = expand(formulas.get(name)!.slice(1), formulas, textOf)
    const inFormula = text === null || isOfCells(text) || WHOLE.test(text) ? text : `(${text})`
    texts.set(name, inFormula)
    return inFormula
  }
  for (const name of formulas.keys()) textOf(name)
  return texts
}

function expand(
  formula: string,
  names: ReadonlyMap<string, unknown>,
  textOf: (name: string) => string | null,
): string | null {
  let text = ''
  let before = ''
  const variables = new Variables()
  const parts = scanNames(formula, (word) => names.has(word.toLowerCase()))
  for (const [at, part] of parts.entries()) {
    if (typeof part === 'string') variables.pass(part)
    else if ('name' in part && variables.has(part.name, parts[at + 1], before)) {
      text += part.name
      continue
    } else variables.passOther()
    const added = textIn(part, textOf)
    // A name can be written with its sheet, as in `Plan!Sales`; what it stands for has sheets of its own.
    if (typeof part === 'string') before = part
    else if ('name' in part) text = text.slice(0, text.length - sheetAtEnd(before))
    if (added === null || text.length + added.length > BOUNDS.namedCharacters) return null
    text += added
  }
  return text
}

/** Returns how many characters at the end of a text name a sheet, with its `!`. */
function sheetAtEnd(text: string): number {
  if (!text.endsWith('!')) return 0
  if (text.at(-2) !== "'") return BARE_SHEET.exec(text)?.[0].length ?? 0
  let at = text.length - 3
  // Two quotes are one within the name.
  while (at >= 0 && (text[at] !== "'" || text[at - 1] === "'")) at -= text[at] === "'" ? 2 : 1
  return at < 0 ? 0 : text.length - at
}

function textIn(
  part: ReturnType<typeof scanNames>[number],
  textOf: (name: string) => string | null,
): string | null {
  if (typeof part === 'string') return part
  return 'name' in part ? textOf(part.name.toLowerCase()) : part.text
}
