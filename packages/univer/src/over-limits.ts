import { ObjectMatrix, type ICellData } from '@univerjs/core'
import {
  AddWorksheetMergeMutation,
  InsertColMutation,
  InsertRowMutation,
  InsertSheetMutation,
  SetRangeValuesMutation,
  SetWorksheetNameMutation,
  type IAddWorksheetMergeMutationParams,
  type IInsertColMutationParams,
  type IInsertRowMutationParams,
  type ISetRangeValuesMutationParams,
  type ISetWorksheetNameMutationParams,
} from '@univerjs/preset-sheets-core'
import {
  isNameText,
  isTooLong,
  LIMITS,
  type AxisName,
  type CellRange,
  type Name,
} from './document/index.js'
import type { UniverName } from './grid-reader.js'
import { linesOf } from './operations/lines.js'
import type { Sentence, Texts } from './texts.js'

/** The current amounts of everything that is limited. */
export interface Amounts {
  readonly sheets: () => number
  /** The id of the sheet that is shown. */
  readonly activeSheet: () => string
  readonly merges: (sheet: string) => readonly CellRange[]
  /** Returns how many more lines a sheet can have. */
  readonly room: (sheet: string, axis: AxisName) => number
  /** Returns why a sheet can't have a conditional format of Univer's form in addition, or instead of an older one. */
  readonly ruleProblem: (sheet: string, rule: object) => 'unsupported' | 'tooManyRules' | undefined
  /** The same of a data validation, or of what is changed of one. */
  readonly validationProblem: (sheet: string, rule: object) => ValidationProblem | undefined
  readonly names: () => readonly Name[]
}

/** Why a sheet can't have a data validation. */
export type ValidationProblem = 'unfinished' | 'unsupported' | 'tooManyValidations'

/** A limit that a step would exceed. */
export interface Over {
  /** The limit, in words for people; nothing if they are still about to make the step. */
  readonly reason?: Sentence
  /** The text that would be lost, if it was for a single cell. */
  readonly text?: string
}

/** Returns why a cell can't have this content; `undefined` if it can. @see OFFICE.md SH30 */
export function overContent({
  v,
  f,
}: {
  readonly v?: unknown
  readonly f?: unknown
}): Sentence | undefined {
  if (typeof f === 'string' && f.length > LIMITS.formulaCharacters) {
    return (texts) => texts.formulaTooLong(LIMITS.formulaCharacters)
  }
  if (typeof v === 'string' && v.length > LIMITS.textCharacters) {
    return (texts) => texts.textTooLong(LIMITS.textCharacters)
  }
  return undefined
}

/**
 * Returns the limit that a step in the grid would exceed; beyond it, the content would be cut or
 * missing in every window.
 *
 * @see OFFICE.md SH30, SD38, SD39
 */
export function overLimits(id: string, params: object, amounts: Amounts): Over | undefined {
  const check: Check<never> | undefined = CHECKS.get(id)
  return check?.(params as never, amounts)
}

type Check<P> = (params: P, amounts: Amounts) => Over | undefined

const CHECKS = new Map<string, Check<never>>([
  [SetRangeValuesMutation.id, overInCells],
  [
    InsertRowMutation.id,
    ({ subUnitId, range }: IInsertRowMutationParams, { room }: Amounts) =>
      overLines('rows', linesOf('rows', range).count, room(subUnitId, 'rows')),
  ],
  [
    InsertColMutation.id,
    ({ subUnitId, range }: IInsertColMutationParams, { room }: Amounts) =>
      overLines('columns', linesOf('columns', range).count, room(subUnitId, 'columns')),
  ],
  [
    InsertSheetMutation.id,
    (_: object, { sheets }: Amounts) => over(sheets() + 1, LIMITS.sheets, 'tooManySheets'),
  ],
  [
    AddWorksheetMergeMutation.id,
    (params: IAddWorksheetMergeMutationParams, { merges }: Amounts) =>
      over(merges(params.subUnitId).length + params.ranges.length, LIMITS.merges, 'tooManyMerges'),
  ],
  [
    'sheet.mutation.set-filter-criteria',
    ({ criteria }: { readonly criteria: object | null }) =>
      criteria !== null && isTooLong(criteria)
        ? { reason: ({ filterTooLarge }: Texts) => filterTooLarge }
        : undefined,
  ],
  ['sheet.mutation.add-conditional-rule', overRules],
  // Univer's mutation also follows moved lines.
  ['sheet.command.set-conditional-rule', overRules],
  // Univer's mutations also cut ranges of others out, and follow moved lines.
  ['sheet.command.addDataValidation', overValidations],
  ['sheet.command.updateDataValidationRuleRange', overValidations],
  ['sheets.command.update-data-validation-setting', overValidations],
  ['sheets.command.update-data-validation-options', overValidations],
  // Univer's mutation also follows moved lines.
  ['sheet.command.insert-defined-name', overNames],
  ['sheet.command.set-defined-name', overNames],
  [
    SetWorksheetNameMutation.id,
    ({ name }: ISetWorksheetNameMutationParams) =>
      over(name.length, LIMITS.nameCharacters, 'nameTooLong'),
  ],
])

function overRules(
  { subUnitId, rule }: { readonly subUnitId?: string; readonly rule: object },
  { activeSheet, ruleProblem }: Amounts,
): Over | undefined {
  const problem = ruleProblem(subUnitId ?? activeSheet(), rule)
  return problem && { reason: (texts) => texts[problem] }
}

interface ValidationParams {
  readonly subUnitId: string
  readonly ruleId?: string
  /** A new data validation, or what is changed of one. */
  readonly rule?: object
  readonly ranges?: readonly CellRange[]
  readonly setting?: object
  readonly options?: object
}

function overValidations(
  params: ValidationParams,
  { validationProblem }: Amounts,
): Over | undefined {
  const { subUnitId, ruleId, ranges, rule, setting, options } = params
  const changed = ranges === undefined ? {} : { ranges }
  const wanted = {
    ...(ruleId === undefined ? {} : { uid: ruleId }),
    ...changed,
    ...setting,
    ...options,
  }
  const problem = validationProblem(subUnitId, rule ?? wanted)
  // The panel writes each of its fields as it is filled in.
  if (problem === 'unfinished') return {}
  return problem && { reason: (texts) => texts[problem] }
}

function overNames(
  { id, name, formulaOrRefString }: Pick<UniverName, 'id' | 'name' | 'formulaOrRefString'>,
  { names }: Amounts,
): Over | undefined {
  const others = names().filter((other) => other.id !== id)
  const wanted = name.trim()
  if (!isNameText(wanted)) return { reason: ({ nameInvalid }) => nameInvalid }
  if (others.some((other) => other.name.toLowerCase() === wanted.toLowerCase()))
    return { reason: ({ nameTaken }) => nameTaken }
  const tooLong = overContent({ f: formulaOrRefString })
  if (tooLong !== undefined) return { reason: tooLong }
  return over(others.length + 1, LIMITS.names, 'tooManyNames')
}

type Limit = 'tooManyNames' | 'tooManySheets' | 'tooManyMerges' | 'nameTooLong'

function over(count: number, most: number, limit: Limit): Over | undefined {
  return count <= most ? undefined : { reason: (texts) => texts[limit](most) }
}

function overLines(axis: AxisName, count: number, room: number): Over | undefined {
  if (count <= room) return undefined
  return { reason: ({ linesLeft }) => linesLeft[axis](Math.max(0, room)) }
}

function overInCells({ cellValue }: ISetRangeValuesMutationParams): Over | undefined {
  let count = 0
  let found: Required<Over> | undefined
  new ObjectMatrix(cellValue ?? {}).forValue((_row, _column, cell) => {
    count++
    const { f, v, p } = cell ?? {}
    const content = { f, v: p?.body?.dataStream.replace(/\r\n$/, '') ?? v }
    const reason = overContent(content)
    if (reason !== undefined) found ??= { reason, text: textOf(content) }
  })
  return found !== undefined && count > 1 ? { reason: found.reason } : found
}

const textOf = ({ f, v }: Pick<ICellData, 'f' | 'v'>): string =>
  String(f ?? v).replaceAll(/\r\n?/g, '\n')
