import {
  LIMITS,
  SheetDocument,
  type CellWrite,
  type Operation,
  type Style,
} from '@whereabouts/univer/document'
import { Doc } from 'yjs'
import { writeTitle } from '../document-name.js'
import { paragraph, type Block, type BlockType } from '../page-document/block.js'
import { PageDocument } from '../page-document/page-document.js'

/** A document to begin with. */
export type Template = PageTemplate | SheetTemplate

interface Named {
  /** The name of the file in tests, and what tells it apart. */
  readonly id: string
  /** What it is called, and the title of what is made of it. */
  readonly name: string
  readonly about: string
}

/** A page. */
export interface PageTemplate extends Named {
  readonly kind: 'page'
  readonly blocks: readonly Block[]
}

/** What the cells of a column have. */
export interface Column {
  readonly name: string
  /** In pixels. */
  readonly width: number
  /** A number format. @example '#,##0.00' */
  readonly pattern?: string
  /** The values that its cells may have. */
  readonly choices?: readonly string[]
  /** Whether its cells are check boxes. */
  readonly isBox?: true
}

/** A sheet: a head, rows, and an optional last row that is emphasized. */
export interface SheetTemplate extends Named {
  readonly kind: 'sheet'
  /** The name of its sheet. */
  readonly sheet: string
  readonly columns: readonly Column[]
  /** A text that begins with `=` is a formula. */
  readonly rows: readonly (readonly (string | number)[])[]
  readonly total?: readonly (string | number)[]
  /** How many rows the choices, boxes and formats of columns are for. */
  readonly height: number
}

/** Returns a block of a page. @example block('heading', 'Goals', { level: 2 }) */
export const block = (type: BlockType, text = '', attributes: Block['attributes'] = {}): Block => ({
  ...paragraph(text),
  type,
  attributes,
})

/** Returns a heading and what is below it. */
export const section = (title: string, ...blocks: readonly Block[]): readonly Block[] => [
  block('heading', title, { level: 2 }),
  ...blocks,
]

/** Returns a table with a head; an empty text is an empty cell. */
export const table = (...rows: readonly (readonly string[])[]): Block => ({
  type: 'table',
  attributes: { header: true },
  content: [],
  table: {
    id: null,
    rows: rows.map(() => null),
    columns: rows[0]!.map(() => null),
    cells: rows.map((row) => row.map((text) => (text === '' ? [] : [paragraph(text)]))),
  },
})

/** Returns an ordinary document that is made of a template. @see OFFICE.md PE35 */
export function documentFrom(template: Template): Doc {
  const doc = new Doc()
  writeTitle(doc, template.name)
  if (template.kind === 'page') writePage(doc, template)
  else writeSheet(doc, template)
  return doc
}

function writePage(doc: Doc, { blocks }: PageTemplate): void {
  const page = new PageDocument(doc)
  page.write(blocks)
  page.destroy()
}

/** The sheets that every document begins with. @see SHEET.md SD30 */
const [SHEET, ...OTHERS] = ['sheet-1', 'sheet-2', 'sheet-3'] as const
const HEAD: Style = { bl: 1, bg: { rgb: '#e8eef7' } }
const TOTAL: Style = { bl: 1 }

function writeSheet(doc: Doc, template: SheetTemplate): void {
  const { sheet, columns, rows, total, height } = template
  const sizes = Object.fromEntries(columns.map(({ width }, at) => [at, width]))
  const head = columns.map(({ name }) => cellOf(name, HEAD))
  const body = Array.from({ length: height }, (_, row) =>
    columns.map((column, at) => cellOf(rows[row]?.[at] ?? '', styleOf(column))),
  )
  const last = total?.map((value, at) => cellOf(value, { ...styleOf(columns[at]!), ...TOTAL }))
  const cells = [head, ...body, ...(last === undefined ? [] : [last])]
  const document = new SheetDocument(doc)
  document.apply(
    { type: 'rename-sheet', sheet: SHEET, name: sheet.slice(0, LIMITS.nameCharacters) },
    ...OTHERS.map((each) => ({ type: 'remove-sheet' as const, sheet: each })),
    { type: 'set-range-values', sheet: SHEET, cellValue: byPosition(cells.map(byPosition)) },
    { type: 'set-sizes', sheet: SHEET, axis: 'columns', sizes },
    { type: 'set-frozen', sheet: SHEET, rows: 1, columns: 0 },
    { type: 'set-validations', sheet: SHEET, validations: validationsOf(columns, height) },
  )
  document.destroy()
}

const byPosition = <T>(list: readonly T[]): { readonly [position: number]: T } =>
  Object.fromEntries(list.entries())

const styleOf = ({ pattern }: Column): Style => (pattern === undefined ? {} : { n: { pattern } })

function cellOf(value: string | number, style: Style): CellWrite {
  const s = Object.keys(style).length === 0 ? {} : { s: style }
  if (value === '') return s
  return typeof value === 'string' && value.startsWith('=')
    ? { f: value, ...s }
    : { v: value, ...s }
}

type Validation = Extract<Operation, { type: 'set-validations' }>['validations'][number]

function validationsOf(columns: readonly Column[], height: number): readonly Validation[] {
  return columns.flatMap((column, at): readonly Validation[] => {
    const check = checkOf(column)
    const range = { startRow: 1, endRow: height, startColumn: at, endColumn: at }
    return check === undefined ? [] : [{ id: `template-${at}`, ranges: [range], check }]
  })
}

function checkOf({ choices, isBox }: Column): Validation['check'] | undefined {
  if (isBox === true) return { type: 'checkbox' }
  return choices && { type: 'list', formula1: choices.join(','), showErrorMessage: true }
}
