import { isFields, readPlainStyle, type Style } from './cells.js'
import { isColor } from './sheet-list.js'

/**
 * What a rule looks for in cells and how it shows them; the names are Univer's.
 *
 * @template F how a formula is written
 */
export type Effect<F> = Highlight<F> | DataBar<F> | ColorScale<F> | IconSet<F>

type Highlight<F> = { readonly type: 'highlightCell'; readonly style: Style } & Test<F>

type Test<F> =
  | { readonly subType: 'uniqueValues' | 'duplicateValues' }
  | {
      readonly subType: 'rank'
      readonly isBottom: boolean
      readonly isPercent: boolean
      readonly value: number
    }
  | { readonly subType: 'text'; readonly operator: TextOperator; readonly value?: string }
  | { readonly subType: 'timePeriod'; readonly operator: TimePeriod }
  | {
      readonly subType: 'number'
      readonly operator: NumberOperator
      readonly value: number | readonly [number, number]
    }
  | { readonly subType: 'average'; readonly operator: NumberOperator }
  | { readonly subType: 'formula'; readonly value: F }

interface DataBar<F> {
  readonly type: 'dataBar'
  readonly isShowValue: boolean
  readonly config: {
    readonly min: Bound<F>
    readonly max: Bound<F>
    readonly isGradient: boolean
    readonly positiveColor: string
    readonly nativeColor: string
  }
}

interface ColorScale<F> {
  readonly type: 'colorScale'
  readonly config: readonly {
    readonly index: number
    readonly color: string
    readonly value: Bound<F>
  }[]
}

interface IconSet<F> {
  readonly type: 'iconSet'
  readonly isShowValue: boolean
  readonly config: readonly {
    readonly operator: NumberOperator
    readonly value: Bound<F>
    readonly iconType: string
    readonly iconId: string
  }[]
}

/** Where a bar, a color or an icon begins. */
export type Bound<F> =
  | { readonly type: 'min' | 'max' }
  | { readonly type: 'num' | 'percent' | 'percentile'; readonly value: number }
  | { readonly type: 'formula'; readonly value: F }

const TEXT_OPERATORS = [
  'beginsWith',
  'endsWith',
  'containsText',
  'notContainsText',
  'equal',
  'notEqual',
  'containsBlanks',
  'notContainsBlanks',
  'containsErrors',
  'notContainsErrors',
] as const
const NUMBER_OPERATORS = [
  'greaterThan',
  'greaterThanOrEqual',
  'lessThan',
  'lessThanOrEqual',
  'notBetween',
  'between',
  'equal',
  'notEqual',
] as const
const TIME_PERIODS = [
  'today',
  'yesterday',
  'tomorrow',
  'last7Days',
  'thisMonth',
  'lastMonth',
  'nextMonth',
  'thisWeek',
  'lastWeek',
  'nextWeek',
] as const
export type TextOperator = (typeof TEXT_OPERATORS)[number]
export type NumberOperator = (typeof NUMBER_OPERATORS)[number]
export type TimePeriod = (typeof TIME_PERIODS)[number]

/** How many icons each of Univer's sets has; it fails to draw one that it doesn't have. */
const ICONS: ReadonlyMap<unknown, number> = new Map([
  ['3Arrows', 3],
  ['3ArrowsGray', 3],
  ['4Arrows', 4],
  ['4ArrowsGray', 4],
  ['5Arrows', 5],
  ['5ArrowsGray', 5],
  ['3Triangles', 3],
  ['3TrafficLights1', 3],
  ['3Signs', 3],
  ['3TrafficLights2', 3],
  ['4RedToBlack', 4],
  ['4TrafficLights', 4],
  ['3Symbols', 3],
  ['3Symbols2', 3],
  ['3Flags', 3],
  ['4Rating', 4],
  ['5Rating', 5],
  ['5Quarters', 5],
  ['_5Felling', 5],
  ['5Boxes', 5],
  ['3Stars', 3],
  ['EMPTY_ICON_TYPE', 1],
])
const MOST_STEPS = 5
const MOST_TEXT = 1_000

interface Fields {
  readonly [field: string]: unknown
}

type ReadFormula<F> = (value: unknown) => F | undefined

/**
 * Reads an effect that anybody may have written, without its unknown fields.
 *
 * @returns `undefined` if it isn't an effect
 * @see SHEET.md SF22
 */
export function readEffect<F>(value: unknown, readFormula: ReadFormula<F>): Effect<F> | undefined {
  if (!isFields(value)) return undefined
  switch (value['type']) {
    case 'highlightCell':
      return readHighlight(value, readFormula)
    case 'dataBar':
      return readBar(value, readFormula)
    case 'colorScale':
      return readScale(value, readFormula)
    case 'iconSet':
      return readIcons(value, readFormula)
    default:
      return undefined
  }
}

/** Returns an effect with its formulas written in another way. */
export function withFormulas<A, B>(effect: Effect<A>, change: (formula: A) => B): Effect<B> {
  const bound = (value: Bound<A>): Bound<B> =>
    value.type === 'formula' ? { ...value, value: change(value.value) } : value
  switch (effect.type) {
    case 'highlightCell':
      return effect.subType === 'formula' ? { ...effect, value: change(effect.value) } : effect
    case 'dataBar': {
      const { min, max, ...config } = effect.config
      return { ...effect, config: { ...config, min: bound(min), max: bound(max) } }
    }
    case 'colorScale':
      return {
        ...effect,
        config: effect.config.map((step) => ({ ...step, value: bound(step.value) })),
      }
    case 'iconSet':
      return {
        ...effect,
        config: effect.config.map((step) => ({ ...step, value: bound(step.value) })),
      }
  }
}

/** Returns the formulas of an effect. */
export function formulasOf<F>(effect: Effect<F>): F[] {
  const formulas: F[] = []
  withFormulas(effect, (formula) => formulas.push(formula))
  return formulas
}

function readHighlight<F>(value: Fields, readFormula: ReadFormula<F>): Effect<F> | undefined {
  const style = readPlainStyle(value['style'] ?? {})
  const test = readTest(value, readFormula)
  if (style === undefined || test === undefined) return undefined
  return { type: 'highlightCell', style, ...test }
}

function readTest<F>(fields: Fields, readFormula: ReadFormula<F>): Test<F> | undefined {
  const { subType, operator, value } = fields
  switch (subType) {
    case 'uniqueValues':
    case 'duplicateValues':
      return { subType }
    case 'rank':
      return readRank(fields)
    case 'text':
      return readTextTest(operator, value)
    case 'timePeriod':
      return isOneOf(TIME_PERIODS, operator) ? { subType, operator } : undefined
    case 'number':
      return readNumberTest(operator, value)
    case 'average':
      if (!isOneOf(NUMBER_OPERATORS, operator) || isOfTwo(operator)) return undefined
      return { subType, operator }
    case 'formula': {
      const formula = readFormula(value)
      return formula === undefined ? undefined : { subType, value: formula }
    }
    default:
      return undefined
  }
}

function readRank({ isBottom, isPercent, value }: Fields): Test<never> | undefined {
  const count = toNumber(value)
  if (count === undefined || count < 1) return undefined
  return {
    subType: 'rank',
    isBottom: isBottom === true,
    isPercent: isPercent === true,
    value: count,
  }
}

function readTextTest(operator: unknown, value: unknown): Test<never> | undefined {
  if (!isOneOf(TEXT_OPERATORS, operator)) return undefined
  const text = typeof value === 'number' ? String(value) : value
  if (text === undefined || text === null) return { subType: 'text', operator }
  if (typeof text !== 'string' || text.length > MOST_TEXT) return undefined
  return { subType: 'text', operator, value: text.toWellFormed() }
}

function readNumberTest(operator: unknown, value: unknown): Test<never> | undefined {
  if (!isOneOf(NUMBER_OPERATORS, operator)) return undefined
  if (!isOfTwo(operator)) {
    const number = toNumber(value)
    return number === undefined ? undefined : { subType: 'number', operator, value: number }
  }
  const [from, to] = Array.isArray(value) ? value.map(toNumber) : []
  if (from === undefined || to === undefined) return undefined
  return { subType: 'number', operator, value: [from, to] }
}

const isOfTwo = (operator: NumberOperator): boolean =>
  operator === 'between' || operator === 'notBetween'

function readBar<F>(value: Fields, readFormula: ReadFormula<F>): Effect<F> | undefined {
  const { isShowValue, config } = value
  if (!isFields(config)) return undefined
  const min = readBound(config['min'], readFormula)
  const max = readBound(config['max'], readFormula)
  const { isGradient, positiveColor, nativeColor } = config
  if (min === undefined || max === undefined) return undefined
  if (!isColor(positiveColor) || !isColor(nativeColor)) return undefined
  return {
    type: 'dataBar',
    isShowValue: isShowValue !== false,
    config: { min, max, isGradient: isGradient === true, positiveColor, nativeColor },
  }
}

function readScale<F>(value: Fields, readFormula: ReadFormula<F>): Effect<F> | undefined {
  const config = readSteps(value['config'], (step) => {
    const bound = readBound(step['value'], readFormula)
    const { index, color } = step
    if (bound === undefined || !isColor(color) || !Number.isSafeInteger(index)) return undefined
    return { index: Number(index), color, value: bound }
  })
  return config && { type: 'colorScale', config }
}

function readIcons<F>(value: Fields, readFormula: ReadFormula<F>): Effect<F> | undefined {
  const config = readSteps(value['config'], (step) => {
    const bound = readBound(step['value'], readFormula)
    const { operator, iconType, iconId } = step
    if (bound === undefined || !isOneOf(NUMBER_OPERATORS, operator)) return undefined
    const count = ICONS.get(iconType)
    const isIcon = /^[0-4]$/.test(String(iconId)) && Number(iconId) < (count ?? 0)
    const isEmpty = iconType === 'EMPTY_ICON_TYPE'
    if (!isIcon && !isEmpty) return undefined
    return {
      operator,
      value: bound,
      iconType: String(iconType),
      iconId: isIcon ? String(iconId) : '',
    }
  })
  return config && { type: 'iconSet', isShowValue: value['isShowValue'] !== false, config }
}

/** Reads two steps or more; `undefined` if one of them isn't one. */
function readSteps<T>(
  value: unknown,
  read: (step: Fields) => T | undefined,
): readonly T[] | undefined {
  if (!Array.isArray(value) || value.length < 2 || value.length > MOST_STEPS) return undefined
  const steps = (value as unknown[]).map((step) => (isFields(step) ? read(step) : undefined))
  const known = steps.filter((step) => step !== undefined)
  return known.length === steps.length ? known : undefined
}

function readBound<F>(bound: unknown, readFormula: ReadFormula<F>): Bound<F> | undefined {
  if (!isFields(bound)) return undefined
  const { type, value } = bound as Fields
  switch (type) {
    case 'min':
    case 'max':
      return { type }
    case 'num':
    case 'percent':
    case 'percentile':
      return { type, value: toNumber(value) ?? 0 }
    case 'formula': {
      const formula = readFormula(value)
      return formula === undefined ? undefined : { type, value: formula }
    }
    default:
      return undefined
  }
}

/** Univer's fields give some numbers as text. */
function toNumber(value: unknown): number | undefined {
  const isText = typeof value === 'string' && value.trim() !== ''
  const number = isText ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

const isOneOf = <T>(all: readonly T[], value: unknown): value is T => all.includes(value as T)
