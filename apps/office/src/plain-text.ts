import { SheetDocument, type CellData, type CellMatrix } from '@whereabouts/univer/document'
import type { Doc } from 'yjs'
import type { Block } from './page-document/block.js'
import { PageDocument } from './page-document/page-document.js'
import type { Kind } from './route.js'

/** Returns what a document says as plain text: lines, and tabs between cells. @see OFFICE.md OF15, OF19 */
export function plainText(doc: Doc, kind: Kind): string {
  return kind === 'sheet' ? sheetText(doc) : pageText(doc)
}

function pageText(doc: Doc): string {
  const page = new PageDocument(doc)
  const text = linesOf(page.blocks).join('\n')
  page.destroy()
  return text
}

function linesOf(blocks: readonly Block[]): string[] {
  return blocks.flatMap(({ content, table }) => {
    if (table === undefined) return content.map(({ text }) => text).join('')
    return table.cells.map((row) => row.map((cell) => linesOf(cell).join(' ')).join('\t'))
  })
}

function sheetText(doc: Doc): string {
  const sheet = new SheetDocument(doc)
  const rows = sheet.snapshot().flatMap(({ cells }) => Object.values(cells).map(lineOf))
  sheet.destroy()
  return rows.join('\n')
}

function lineOf(row: CellMatrix<CellData>[number]): string {
  return Object.values(row)
    .map(({ f, v = '' }: CellData) => f ?? String(v))
    .join('\t')
}
