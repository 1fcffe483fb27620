import { LIMITS, type CellRange } from '../document/index.js'
import type { Work } from '../slices.js'
import { readClasses, type Declarations } from './css.js'
import { readHtmlCell } from './html-cell.js'
import { isBlock, isUnseen, textOf } from './html-text.js'
import { readR1C1 } from './r1c1.js'
import {
  CannotPaste,
  checkSize,
  clean,
  readText,
  type PastedCell,
  type PastedTable,
} from './table.js'

type Classes = ReadonlyMap<string, Declarations>

const EMPTY: PastedCell = { text: '', s: {} }

/**
 * Reads the tables in HTML, one below the other, with the lines of text between them.
 *
 * @returns `undefined` if there is no table
 * @throws {CannotPaste} if it is too large
 * @see OFFICE.md SH22
 */
export function* readHtmlTable(html: string): Work<PastedTable | undefined> {
  const { body, classes } = parse(html)
  if (body.querySelector('table') === null) return undefined
  const builder = new TableBuilder(classes)
  yield* builder.addAll(body)
  return builder.end()
}

/** Returns the text of HTML without a table. */
export const readHtmlText = (html: string): PastedTable => readText(textOf(parse(html).body))

/** Returns whether HTML has anything but images to paste. */
export const hasText = (html: string): boolean => textOf(parse(html).body) !== ''

// In a document that isn't shown, no script runs and nothing is fetched.
function parse(html: string): { readonly body: HTMLElement; readonly classes: Classes } {
  const isBare = !/<table[\s>]/i.test(html) && /<t[dr][\s>]/i.test(html)
  const { body, head } = new DOMParser().parseFromString(
    isBare ? `<table>${html}</table>` : html,
    'text/html',
  )
  const sheets = [head, body].flatMap((part) => [...part.querySelectorAll('style')])
  return { body, classes: readClasses(sheets.map(({ textContent }) => textContent).join('\n')) }
}

class TableBuilder {
  readonly #classes: Classes
  readonly #rows: PastedCell[][] = []
  readonly #merges: CellRange[] = []
  readonly #widths: Record<number, number> = {}
  readonly #formulas: (readonly [cell: PastedCell, formula: string])[] = []
  #columns = 0

  constructor(classes: Classes) {
    this.#classes = classes
  }

  /** Adds the tables in a node, and the lines of text before, between and after them. */
  *addAll(node: Node): Work {
    // An element of the page's own document would fetch images.
    const line = node.ownerDocument!.createElement('div')
    const endLine = () => {
      this.#addLines(textOf(line))
      line.replaceChildren()
    }
    for (const child of node.childNodes) {
      const hasTable = child instanceof Element && child.querySelector('table') !== null
      if (isUnseen(child)) continue
      if (!hasTable && child.nodeName !== 'TABLE' && !isBlock(child)) {
        line.append(child.cloneNode(true))
        continue
      }
      endLine()
      if (child instanceof HTMLTableElement) yield* this.#addTable(child)
      else if (hasTable) yield* this.addAll(child)
      else this.#addLines(textOf(child))
    }
    endLine()
  }

  end(): PastedTable {
    const rows = this.#rows.map((row) =>
      Array.from({ length: this.#columns }, (_, at) => row[at] ?? EMPTY),
    )
    this.#resolveFormulas(rows)
    return { rows, columns: this.#columns, merges: this.#merges, widths: this.#widths }
  }

  #addLines(text: string): void {
    for (const line of text.split('\n')) {
      if (line.trim() !== '') this.#addRow([{ ...readText(line).rows[0]![0]!, s: {} }])
    }
  }

  #addRow(row: PastedCell[]): void {
    this.#rows.push(row)
    this.#columns = Math.max(this.#columns, row.length)
    checkSize(this.#rows.length, this.#columns)
  }

  *#addTable(table: HTMLTableElement): Work {
    this.#addWidths(table)
    const rows = [...table.rows]
    // Excel ends with an invisible row that only sets the widths of columns.
    while (rows.length > 0 && isHiddenAndEmpty(rows.at(-1)!)) rows.pop()
    const taken: number[] = []
    for (const [at, row] of rows.entries()) {
      this.#addRow(this.#readRow(row, taken, rows.length - at))
      for (const column of taken.keys()) taken[column] = Math.max(0, (taken[column] ?? 0) - 1)
      yield
    }
  }

  /**
   * @param taken for each column, how many rows a cell from above still covers, including this one
   * @param left how many rows the table has from this one on
   */
  #readRow(row: HTMLTableRowElement, taken: number[], left: number): PastedCell[] {
    const cells: PastedCell[] = []
    let column = 0
    for (const element of row.cells) {
      while ((taken[column] ?? 0) > 0) cells[column++] ??= EMPTY
      const { colSpan: columns } = element
      const rows = Math.min(element.rowSpan, left)
      checkSize(this.#rows.length + 1, column + columns)
      cells[column] = this.#readCell(element)
      for (let at = column; at < column + columns; at++) {
        taken[at] = rows
        cells[at] ??= EMPTY
      }
      if (rows * columns > 1) this.#addMerge(column, rows, columns)
      column += columns
    }
    return Array.from(cells, (cell) => cell ?? EMPTY)
  }

  #readCell(element: HTMLTableCellElement): PastedCell {
    const cell = readHtmlCell(element, this.#classes)
    const formula = element.getAttribute('data-sheets-formula')
    if (formula !== null) this.#formulas.push([cell, clean(formula)])
    return cell
  }

  #addMerge(startColumn: number, rows: number, columns: number): void {
    const startRow = this.#rows.length
    const endRow = startRow + rows - 1
    this.#merges.push({ startRow, startColumn, endRow, endColumn: startColumn + columns - 1 })
    if (this.#merges.length > LIMITS.merges) {
      throw new CannotPaste((texts) => texts.pasteHasTooManyMerges(LIMITS.merges))
    }
  }

  #addWidths(table: HTMLTableElement): void {
    let at = 0
    // LibreOffice sets widths on groups of columns.
    const columns = table.querySelectorAll<HTMLTableColElement>(
      ':scope > colgroup[width], :scope > colgroup > col, :scope > col',
    )
    for (const column of columns) {
      const width = Number(column.getAttribute('width'))
      for (let left = column.span; left > 0 && at < LIMITS.columns; left--, at++) {
        if (width > 0 && width <= LIMITS.size) this.#widths[at] = width
      }
    }
  }

  /** Adds formulas whose references were all copied as well. */
  #resolveFormulas(rows: PastedCell[][]): void {
    const formulas = new Map(this.#formulas)
    if (formulas.size === 0) return
    const last = { row: rows.length - 1, column: this.#columns - 1 }
    for (const [row, cells] of rows.entries()) {
      for (const [column, cell] of cells.entries()) {
        const formula = formulas.get(cell)
        const f = formula === undefined ? undefined : readR1C1(formula, { row, column }, last)
        if (f === undefined) continue
        const { text, s } = cell
        cells[column] = { text, f, isRelative: true, ...(s === undefined ? {} : { s }) }
      }
    }
  }
}

const isHiddenAndEmpty = (row: HTMLTableRowElement): boolean =>
  row.style.display === 'none' && textOf(row) === ''
