import { strToU8, zipSync } from 'fflate'
import type { FileSheet } from './model.js'

/** The least that a file is made of; what is given replaces or adds to it. */
export function workbookOf(parts: { readonly [path: string]: string } = {}): Uint8Array {
  const all = {
    '[Content_Types].xml': `<Types xmlns="${TYPES}"><Default Extension="xml" ContentType="application/xml"/></Types>`,
    '_rels/.rels': `<Relationships xmlns="${PACKAGE}"><Relationship Id="r1" Type="${RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><sheets><sheet name="One" sheetId="1" r:id="r1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${PACKAGE}"><Relationship Id="r1" Type="${RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="${RELATIONS}/styles" Target="styles.xml"/></Relationships>`,
    'xl/worksheets/sheet1.xml': worksheetOf(''),
    ...parts,
  }
  return zipSync(
    Object.fromEntries(Object.entries(all).map(([path, text]) => [path, strToU8(text)])),
  )
}

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006/relationships'
const TYPES = 'http://schemas.openxmlformats.org/package/2006/content-types'

/** Returns a worksheet with rows, and with what comes after them. */
export const worksheetOf = (rows: string, after = '', before = ''): string =>
  `<worksheet xmlns="${MAIN}" xmlns:r="${RELATIONS}">${before}<sheetData>${rows}</sheetData>${after}</worksheet>`

/** Returns a file with one worksheet. */
export const fileOf = (rows: string, after?: string, before?: string): Uint8Array =>
  workbookOf({ 'xl/worksheets/sheet1.xml': worksheetOf(rows, after, before) })

/** Returns a sheet as it is when nothing is said. */
export const sheetWith = (sheet: Partial<FileSheet>): FileSheet => ({
  name: 'One',
  cells: {},
  merges: [],
  frozen: { rows: 0, columns: 0 },
  filter: null,
  look: { isHidden: false, color: null, hasGridLines: true },
  rules: [],
  validations: [],
  names: [],
  print: null,
  notes: {},
  links: {},
  images: [],
  charts: [],
  rows: { count: 1_000, sizes: {}, hidden: [] },
  columns: { count: 26, sizes: {}, hidden: [] },
  ...sheet,
})

/** Returns the bytes of a text. */
export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
