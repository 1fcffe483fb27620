import { printEnd } from '../document/a1.js'
import type { Effect, NumberOperator, TextOperator, TimePeriod } from '../document/effect.js'
import type { CellRange, Rule } from '../document/index.js'
import { cellName } from './report.js'

type Test = Extract<Effect<string>, { readonly type: 'highlightCell' }>
type Of<T extends Test['subType']> = Extract<Test, { readonly subType: T }>

const SIGNS: { readonly [operator in NumberOperator]?: string } = {
  equal: '=',
  notEqual: '<>',
  greaterThan: '>',
  greaterThanOrEqual: '>=',
  lessThan: '<',
  lessThanOrEqual: '<=',
}

/** Returns the formula of a comparison with something that isn't a number. @example 'A1>=$B$1' */
export function comparison(
  cell: string,
  operator: NumberOperator,
  [from, to = from]: readonly [string, string?],
): string {
  if (operator === 'between') return `AND(${cell}>=${from},${cell}<=${to})`
  if (operator === 'notBetween') return `OR(${cell}<${from},${cell}>${to})`
  return `${cell}${SIGNS[operator]!}${from}`
}

/** Returns the formula for cells that are among the first or last. */
export function rankFormula({ isBottom, isPercent, value }: Of<'rank'>, rule: Rule): string {
  const cells = cellsOf(rule)
  const count = isPercent ? `MAX(1,INT(COUNT(${cells})*${value}/100))` : String(value)
  const [sign, nth] = isBottom ? ['<=', 'SMALL'] : ['>=', 'LARGE']
  return `${firstCell(rule)}${sign}${nth}(${cells},${count})`
}

/** Returns the formula for cells above or below the average. */
export const averageFormula = ({ operator }: Of<'average'>, rule: Rule): string =>
  comparison(firstCell(rule), operator, [`AVERAGE(${cellsOf(rule)})`])

const DAY = 'ROUNDDOWN(A1,0)'
const PERIODS: { readonly [period in TimePeriod]: string } = {
  today: `${DAY}=TODAY()`,
  yesterday: `${DAY}=TODAY()-1`,
  tomorrow: `${DAY}=TODAY()+1`,
  last7Days: `AND(TODAY()-${DAY}<=6,${DAY}<=TODAY())`,
  thisWeek: `AND(TODAY()-${DAY}<=WEEKDAY(TODAY())-1,${DAY}-TODAY()<=7-WEEKDAY(TODAY()))`,
  lastWeek: `AND(TODAY()-${DAY}>=WEEKDAY(TODAY()),TODAY()-${DAY}<WEEKDAY(TODAY())+7)`,
  nextWeek: `AND(${DAY}-TODAY()>7-WEEKDAY(TODAY()),${DAY}-TODAY()<15-WEEKDAY(TODAY()))`,
  thisMonth: monthFormula(0),
  lastMonth: monthFormula(-1),
  nextMonth: monthFormula(1),
}

function monthFormula(months: number): string {
  const then = `EDATE(TODAY(),${months})`
  return `AND(MONTH(A1)=MONTH(${then}),YEAR(A1)=YEAR(${then}))`
}

/** Returns the formula for dates in a time from today. */
export const periodFormula = ({ operator }: Of<'timePeriod'>, rule: Rule): string =>
  PERIODS[operator].replaceAll('A1', firstCell(rule))

/** Returns the formula that says the same as an operator for texts. */
export function textFormula(operator: TextOperator, value: string, rule: Rule): string {
  const cell = firstCell(rule)
  const text = quoted(value)
  switch (operator) {
    case 'containsText':
      return `NOT(ISERROR(SEARCH(${text},${cell})))`
    case 'notContainsText':
      return `ISERROR(SEARCH(${text},${cell}))`
    case 'beginsWith':
      return `LEFT(${cell},LEN(${text}))=${text}`
    case 'endsWith':
      return `RIGHT(${cell},LEN(${text}))=${text}`
    case 'equal':
    case 'notEqual':
      return text
    case 'containsBlanks':
      return `LEN(TRIM(${cell}))=0`
    case 'notContainsBlanks':
      return `LEN(TRIM(${cell}))>0`
    case 'containsErrors':
      return `ISERROR(${cell})`
    case 'notContainsErrors':
      return `NOT(ISERROR(${cell}))`
  }
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`

/** The cell that formulas of a rule are written for. */
export function firstCell({ ranges: [first] }: Pick<Rule, 'ranges'>): string {
  return cellName({ row: first!.startRow, column: first!.startColumn })
}

/** Returns the cells of a rule, fixed. @example '($A$1:$A$9,$C$1:$C$9)' */
function cellsOf({ ranges }: Rule): string {
  const texts = ranges.map(({ startRow, startColumn, endRow, endColumn }) => {
    const ends = [
      { row: startRow, column: startColumn },
      { row: endRow, column: endColumn },
    ]
    return ends.map((end) => printEnd({ ...end, isRowFixed: true, isColumnFixed: true })).join(':')
  })
  return texts.length === 1 ? texts[0]! : `(${texts.join(',')})`
}

/** Returns ranges as a file has them. @example 'A1:B2 D4' */
export const rangesText = (ranges: readonly CellRange[]): string =>
  ranges
    .map(({ startRow, startColumn, endRow, endColumn }) => {
      const first = cellName({ row: startRow, column: startColumn })
      const last = cellName({ row: endRow, column: endColumn })
      return first === last ? first : `${first}:${last}`
    })
    .join(' ')
