import { strFromU8 } from 'fflate'
import type { Parts } from './parts.js'

/** The attributes of a conditional format in a file. */
export type RuleAttributes = Readonly<Record<string, string>>

const LESS = 0x3c
const SHEET = /<(?:\w+:)?sheet\s([^<>]*)>/g
/** A relation of a part of a file to another. */
export const RELATION = /<(?:\w+:)?Relationship\s([^<>]*)>/g
const RULE = /<((?:\w+:)?)cfRule\s([^<>]*)>/g
const ATTRIBUTE = /(?<![\w:])([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g
const ENTITY = /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi
const NAMED: ReadonlyMap<string, string> = new Map(
  Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }),
)
/** What Excel adds for newer versions says again what is there already. */
const LATER = 'x14:'
const END_OF_CELLS = ['</sheetData>', '<sheetData/>']

/**
 * Returns the attributes of the conditional formats of a sheet, in their order. The reader of workbooks knows
 * neither all kinds nor all attributes.
 */
export function ruleAttributes(parts: Parts, sheet: string): RuleAttributes[] {
  return [...afterCells(parts, sheet).matchAll(RULE)].flatMap(([, prefix, attributes = '']) =>
    prefix === LATER ? [] : [attributesIn(attributes)],
  )
}

/** Returns the path of the part that has a sheet. */
export function pathOf(parts: Parts, name: string): string | undefined {
  const sheets = elementsIn(parts, 'xl/workbook.xml', SHEET)
  const id = sheets.find((sheet) => sheet['name'] === name)?.['r:id']
  const relations = elementsIn(parts, 'xl/_rels/workbook.xml.rels', RELATION)
  const target = relations.find((relation) => relation['Id'] === id)?.['Target']
  return target?.startsWith('/') === true ? target.slice(1) : target && `xl/${target}`
}

/** Returns the attributes of the elements of a part. */
export function elementsIn(parts: Parts, path: string, element: RegExp): RuleAttributes[] {
  const bytes = parts[path]
  if (bytes === undefined) return []
  return [...strFromU8(bytes).matchAll(element)].map(([, attributes = '']) =>
    attributesIn(attributes),
  )
}

/** Returns the attributes of an element. */
export function attributesIn(text: string): RuleAttributes {
  const pairs = [...text.matchAll(ATTRIBUTE)].map(([, name = '', double, single]) => [
    name,
    textIn(double ?? single ?? ''),
  ])
  return Object.fromEntries(pairs) as RuleAttributes
}

/** Returns a text of XML without its entities. */
export const textIn = (text: string): string =>
  text.replaceAll(ENTITY, (found, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return NAMED.get(name.toLowerCase()) ?? found
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : found
  })

/** Returns what a worksheet has after its cells, which may be very many. */
export function afterCells(parts: Parts, sheet: string): string {
  const path = pathOf(parts, sheet)
  const bytes = path === undefined ? undefined : parts[path]
  if (bytes === undefined) return ''
  for (let at = bytes.lastIndexOf(LESS); at > 0; at = bytes.lastIndexOf(LESS, at - 1)) {
    const text = strFromU8(bytes.subarray(at, at + END_OF_CELLS[0]!.length))
    if (END_OF_CELLS.some((end) => text.startsWith(end))) return strFromU8(bytes.subarray(at))
  }
  return strFromU8(bytes)
}
