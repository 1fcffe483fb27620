import type { ConditionalRule, WriteSheet } from 'hucre/xlsx'
import type { Style } from '../../document/cells.js'
import { readEffect, type Bound, type Effect } from '../../document/effect.js'
import { fitsRules, type Rule } from '../../document/index.js'
import { rangesWithin, readRange, readRanges } from '../a1-range.js'
import { readCellStyle, writeCellStyle, type StyleContext } from '../cell-style.js'
import { readColor, writeColor } from '../colors.js'
import type { Feature, SheetDraft } from '../feature.js'
import { foreignIn, readFormula, writeFormula } from '../formulas.js'
import { readIcons, writeIcons } from '../icon-sets.js'
import { ruleAttributes, type RuleAttributes } from '../rule-attributes.js'
import {
  averageFormula,
  comparison,
  firstCell,
  periodFormula,
  rangesText,
  rankFormula,
  textFormula,
} from '../rule-formulas.js'

type Highlight = Extract<Effect<string>, { readonly type: 'highlightCell' }>
type FileBounds = NonNullable<ConditionalRule['colorScale']>['cfvo']
/** What a rule is, without what all have. */
type FileTest = Omit<ConditionalRule, 'priority' | 'range'>

/** Kinds of rules in files that their reader leaves out. */
const UNREAD: ReadonlySet<string | undefined> = new Set([
  'timePeriod',
  'containsErrors',
  'notContainsErrors',
])
const NEGATIVE_COLOR = '#FF0000'
const WHITE = '#FFFFFF'

/** Conditional formats. Those of ranks, averages, dates and errors are written as formulas. */
export const rules: Feature = {
  read({ sheet, parts, styles }, draft, report) {
    const attributes = ruleAttributes(parts, sheet.name)
    const known = sheet.conditionalRules ?? []
    const sorted = known.toSorted((a, b) => a.priority - b.priority)
    const { size } = draft
    for (const rule of sorted) {
      const own = attributes.find(({ priority }) => Number(priority) === rule.priority) ?? {}
      const whole = readRule(rule, own, `file-${draft.rules.length + 1}`, styles)
      const read = whole && within(whole, size)
      const isKept = read !== undefined && fitsRules([...draft.rules, read])
      if (isKept) draft.rules.push(read)
      else report.note('conditional-formats', draft.name, 1, startOf(rule.range))
    }
    const unread = attributes.filter(({ type }) => UNREAD.has(type)).length
    report.note('conditional-formats', draft.name, unread)
  },

  write({ rules: all }, target) {
    if (all.length === 0) return
    target.conditionalRules = all.map((rule, at) => ({
      ...writeEffect(rule),
      ...(rule.stopIfTrue ? { stopIfTrue: true } : {}),
      priority: at + 1,
      range: rangesText(rule.ranges),
    })) satisfies WriteSheet['conditionalRules']
  },

  steps: ({ rules: all }, sheet) =>
    all.length === 0 ? [] : [{ type: 'set-rules', sheet, rules: all }],
}

/** Returns a rule for the cells that a sheet has. */
function within(rule: Rule, size: SheetDraft['size']): Rule | undefined {
  const ranges = rangesWithin(rule.ranges, size)
  return ranges.length === 0 ? undefined : { ...rule, ranges }
}

function readRule(
  rule: ConditionalRule,
  attributes: RuleAttributes,
  id: string,
  styles: StyleContext,
): Rule | undefined {
  const ranges = readRanges(rule.range)
  if (ranges.length === 0) return undefined
  const own = { id, ranges, stopIfTrue: rule.stopIfTrue === true }
  const effect = readEffect(readKind(rule, attributes, firstCell(own), styles), toFormula)
  return effect && { ...own, effect }
}

const toFormula = (value: unknown): string | undefined => {
  if (typeof value !== 'string' || value === '') return undefined
  const formula = readFormula(value)
  return foreignIn(formula) === undefined ? formula : undefined
}

function startOf(text: string): { readonly row: number; readonly column: number } | undefined {
  const range = readRange(text.split(' ')[0]!)
  return range && { row: range.startRow, column: range.startColumn }
}

/** Returns what may be an effect in Univer's form, with formulas without `=`. */
function readKind(
  rule: ConditionalRule,
  attributes: RuleAttributes,
  cell: string,
  styles: StyleContext,
): unknown {
  if (rule.type === 'colorScale') return readScale(rule, styles)
  if (rule.type === 'dataBar') return readBar(rule, styles)
  if (rule.type === 'iconSet') return readIconSet(rule)
  const test = readTest(rule, attributes, cell)
  return test && { type: 'highlightCell', style: readRuleStyle(rule, styles), ...test }
}

function readTest(rule: ConditionalRule, attributes: RuleAttributes, cell: string) {
  const { type, text } = rule
  const [first = '', second = first] = [rule.formula ?? []].flat()
  switch (type) {
    case 'cellIs':
      return readComparison(rule, first, second, cell)
    case 'expression':
      return { subType: 'formula', value: first }
    case 'uniqueValues':
    case 'duplicateValues':
      return { subType: type }
    case 'top10':
      return {
        subType: 'rank',
        value: Number(attributes['rank']),
        isPercent: isTrue(attributes['percent']),
        isBottom: isTrue(attributes['bottom']),
      }
    case 'aboveAverage':
      return readAverage(attributes)
    case 'containsBlanks':
    case 'notContainsBlanks':
      return { subType: 'text', operator: type }
    default:
      return text === undefined ? undefined : { subType: 'text', operator: type, value: text }
  }
}

const isTrue = (value: string | undefined): boolean => value === '1' || value === 'true'

function readComparison(
  { operator = 'equal' }: ConditionalRule,
  first: string,
  second: string,
  cell: string,
) {
  const isOfTwo = operator === 'between' || operator === 'notBetween'
  const numbers = (isOfTwo ? [first, second] : [first]).map(Number)
  if (first.trim() === '') return undefined
  const areNumbers = numbers.every(Number.isFinite)
  if (areNumbers) return { subType: 'number', operator, value: isOfTwo ? numbers : numbers[0] }
  const [, text] = /^"((?:[^"]|"")*)"$/.exec(first) ?? []
  if (text !== undefined && (operator === 'equal' || operator === 'notEqual')) {
    return { subType: 'text', operator, value: text.replaceAll('""', '"') }
  }
  return { subType: 'formula', value: comparison(cell, operator, [first, second]) }
}

function readAverage({ aboveAverage, equalAverage, stdDev }: RuleAttributes) {
  if (stdDev !== undefined) return undefined
  const isBelow = aboveAverage === '0' || aboveAverage === 'false'
  const operator = isBelow ? 'lessThan' : 'greaterThan'
  return { subType: 'average', operator: isTrue(equalAverage) ? `${operator}OrEqual` : operator }
}

function readScale({ colorScale }: ConditionalRule, { themeColors }: StyleContext): unknown {
  if (colorScale === undefined) return undefined
  const { cfvo, colors } = colorScale
  return {
    type: 'colorScale',
    config: cfvo.map((bound, index) => ({
      index,
      color: readColor({ rgb: colors[index] ?? '' }, themeColors),
      value: bound,
    })),
  }
}

function readBar({ dataBar }: ConditionalRule, { themeColors }: StyleContext): unknown {
  if (dataBar === undefined) return undefined
  const [min, max] = dataBar.cfvo
  const positiveColor = readColor({ rgb: dataBar.color }, themeColors)
  return {
    type: 'dataBar',
    config: { min, max, isGradient: true, positiveColor, nativeColor: NEGATIVE_COLOR },
  }
}

function readIconSet({ iconSet }: ConditionalRule): unknown {
  if (iconSet === undefined || iconSet.cfvo.length < 2) return undefined
  const { iconSet: name, cfvo, reverse, showValue } = iconSet
  const bounds = cfvo as unknown as Bound<string>[]
  const config = readIcons({ iconSet: name, bounds, isReversed: reverse === true })
  return { type: 'iconSet', isShowValue: showValue !== false, config }
}

/** In the style of a rule, the color behind a text is the one that is behind a pattern elsewhere. */
function readRuleStyle({ style = {} }: ConditionalRule, context: StyleContext): Style {
  const { fill, ...rest } = style
  const isPattern = fill?.type === 'pattern'
  const color = isPattern ? (fill.bgColor ?? fill.fgColor) : undefined
  const solid = color && { type: 'pattern' as const, pattern: 'solid' as const, fgColor: color }
  return readCellStyle({ ...rest, ...(solid && { fill: solid }) }, context) ?? {}
}

function writeEffect(rule: Rule): FileTest {
  const { effect } = rule
  switch (effect.type) {
    case 'highlightCell':
      return { ...writeTest(effect, rule), style: writeRuleStyle(effect.style) }
    case 'colorScale': {
      const cfvo = writeBounds(effect.config.map(({ value }) => value))
      const colors = effect.config.map(({ color }) => fileColor(color))
      return { type: 'colorScale', colorScale: { cfvo, colors } }
    }
    case 'dataBar': {
      const { min, max, positiveColor } = effect.config
      const cfvo = writeBounds([min, max])
      return { type: 'dataBar', dataBar: { cfvo, color: fileColor(positiveColor) } }
    }
    case 'iconSet': {
      const { iconSet, bounds, isReversed } = writeIcons(effect)
      const cfvo = writeBounds(bounds) as NonNullable<ConditionalRule['iconSet']>['cfvo']
      const set = { iconSet, cfvo, reverse: isReversed, showValue: effect.isShowValue }
      return { type: 'iconSet', iconSet: set }
    }
  }
}

const fileColor = (color: string): string => `FF${(writeColor(color) ?? writeColor(WHITE))!.rgb}`

/** The types of the writer lack formulas, which it writes all the same. */
const writeBounds = (bounds: readonly Bound<string>[]): FileBounds =>
  bounds.map((bound) => ({
    type: bound.type,
    ...('value' in bound
      ? { value: bound.type === 'formula' ? writeFormula(bound.value) : String(bound.value) }
      : {}),
  })) as FileBounds

function writeTest(test: Highlight, rule: Rule): FileTest {
  switch (test.subType) {
    case 'uniqueValues':
    case 'duplicateValues':
      return { type: test.subType }
    case 'number': {
      const { operator, value } = test
      return { type: 'cellIs', operator, formula: [value].flat().map(String) }
    }
    case 'formula':
      return { type: 'expression', formula: writeFormula(test.value) }
    case 'rank':
      return { type: 'expression', formula: rankFormula(test, rule) }
    case 'average':
      return { type: 'expression', formula: averageFormula(test, rule) }
    case 'timePeriod':
      return { type: 'expression', formula: periodFormula(test, rule) }
    case 'text':
      return writeText(test, rule)
  }
}

function writeText(
  { operator, value = '' }: Extract<Highlight, { readonly subType: 'text' }>,
  rule: Rule,
): FileTest {
  const formula = textFormula(operator, value, rule)
  switch (operator) {
    case 'equal':
    case 'notEqual':
      return { type: 'cellIs', operator, formula }
    case 'containsErrors':
    case 'notContainsErrors':
      return { type: 'expression', formula }
    case 'containsBlanks':
    case 'notContainsBlanks':
      return { type: operator, formula }
    default:
      return { type: operator, text: value, formula }
  }
}

function writeRuleStyle(style: Style): NonNullable<ConditionalRule['style']> {
  const { fill, font, ...rest } = writeCellStyle(style)
  // A rule changes neither the font nor its size.
  const { name: _name, size: _size, ...own } = font ?? {}
  const color = fill?.type === 'pattern' ? fill.fgColor : undefined
  return {
    ...rest,
    ...(Object.keys(own).length === 0 ? {} : { font: own }),
    ...(fill === undefined || color === undefined
      ? {}
      : { fill: { type: 'pattern', pattern: 'solid', fgColor: color, bgColor: color } }),
  }
}
