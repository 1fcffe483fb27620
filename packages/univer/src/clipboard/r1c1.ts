import { formatCell, type Cell } from '../presence/place.js'

const REFERENCE = /(?<![\w.$!'\]])R\[(-?\d+)\]C\[(-?\d+)\](?![\w(.[])/g
// The targets of absolute ends, whole rows and columns, and other sheets are unknown.
const ELSEWHERE = /!|\[|(?<![\w.$])(?:R\d+C?\d*|C\d+|RC|R|C)(?![\w(.])/
const STRING = /("(?:[^"]|"")*")/

/**
 * Converts a formula from Google's R1C1 notation to A1, as if the copied cells began at A1; returns
 * `undefined` if it refers to any other cell.
 *
 * @param home the formula's cell among the copied ones
 * @param last the last copied cell
 * @example readR1C1('=R[0]C[-1]*2', { row: 0, column: 1 }, { row: 2, column: 1 }) // '=A1*2'
 * @see OFFICE.md SH24
 */
export function readR1C1(formula: string, home: Cell, last: Cell): string | undefined {
  let isWithin = formula.startsWith('=')
  const toA1 = (_: string, rows: string, columns: string): string => {
    const cell = { row: home.row + Number(rows), column: home.column + Number(columns) }
    isWithin &&= cell.row >= 0 && cell.column >= 0
    isWithin &&= cell.row <= last.row && cell.column <= last.column
    return isWithin ? formatCell(cell) : ''
  }
  const parts = formula.split(STRING).map((part) => {
    if (part.startsWith('"')) return part
    if (ELSEWHERE.test(part.replace(REFERENCE, ''))) isWithin = false
    return part.replace(REFERENCE, toA1)
  })
  return isWithin ? parts.join('') : undefined
}
