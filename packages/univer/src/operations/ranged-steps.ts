import { isSame, type CellRange } from '../document/cells.js'
import type { Draft } from '../document/draft.js'
import { raiseFormat } from '../document/format.js'
import { keyBetween, type Chance, type OrderKey } from '../document/order-key.js'
import { isListId, type Ranged, type RangedList } from '../document/ranged-list.js'
import { cornersOf } from '../document/ranges.js'
import type { SheetState } from '../document/sheet-state.js'
import { partName, type Workbook } from '../document/workbook.js'
import type { Operation } from './operation.js'

/** How the document has a list of a sheet whose items have cells. */
export interface ListKind<I extends Ranged> {
  readonly part: 'rules' | 'validations'
  /** The version from which the document has it. */
  readonly format: number
  /** Returns what an item has for its cells. */
  readonly bodyOf: (item: I) => unknown
  /** Returns the same as it is stored. */
  readonly store: (item: I, sheet: SheetState, workbook: Workbook) => unknown
}

const LINES: ReadonlySet<string> = new Set([
  'insert-lines',
  'remove-lines',
  'move-lines',
  'sort-rows',
])

/** Marks steps that Univer adds when it has moved lines: the document moves lists in its own way. */
export function afterLines(steps: readonly Operation[]): Operation[] {
  const moved = new Set<string>()
  return steps.map((step) => {
    if (step.type === 'set-names') return step
    if (LINES.has(step.type)) moved.add(step.sheet)
    const isOfList = step.type === 'set-rules' || step.type === 'set-validations'
    return isOfList && moved.has(step.sheet) ? { ...step, isAfterLines: true } : step
  })
}

/** A list as the grid has it now. */
interface Now<I extends Ranged> {
  readonly list: RangedList<unknown, I>
  readonly items: readonly I[]
  readonly isAfterLines?: boolean | undefined
}

/** Writes what is different in a list from what the grid showed before. @see SHEET.md SF21, SH124 */
export function writeList<I extends Ranged>(
  kind: ListKind<I>,
  { list, items, isAfterLines = false }: Now<I>,
  sheet: SheetState,
  draft: Draft,
  workbook: Workbook,
): void {
  const before = new Set(list.shown.map(({ id }) => id))
  const isWritten = ({ id }: I) => isListId(id) && !(isAfterLines && before.has(id))
  const gone = isAfterLines ? [] : idsBeside(list.shown, items)
  const keys = keysOf(list, items, draft.chance)
  const removed = gone.flatMap((id) => list.properties.map((name): Entry => [`${id}/${name}`]))
  const written = items
    .filter(isWritten)
    .flatMap((item): Entry[] => [
      ...entriesOf(kind, item, list, sheet, workbook),
      ...(keys.has(item.id) ? [[`${item.id}/at`, keys.get(item.id)] as const] : []),
    ])
  putAll(kind, [...removed, ...written], sheet, draft, workbook)
  list.shown = items
  list.isTouched = true
}

type Entry = readonly [key: string, value?: unknown]

/** Returns the ids of items that aren't among others. */
export const idsBeside = (items: readonly Ranged[], others: readonly Ranged[]): string[] =>
  items.flatMap(({ id }) => (others.some((other) => other.id === id) ? [] : [id]))

function putAll(
  { part, format }: Pick<ListKind<never>, 'part' | 'format'>,
  entries: readonly Entry[],
  { id }: SheetState,
  draft: Draft,
  { doc }: Workbook,
): void {
  if (entries.length === 0) return
  raiseFormat(doc, format)
  for (const [key, value] of entries) draft.put(partName(part, id), key, value)
}

function entriesOf<I extends Ranged>(
  { bodyOf, store }: ListKind<I>,
  item: I,
  { properties, shown }: RangedList<unknown, I>,
  sheet: SheetState,
  workbook: Workbook,
): Entry[] {
  const { id, ranges } = item
  const before = shown.find((one) => one.id === id)
  const entries: Entry[] = []
  if (!isSame(before?.ranges, ranges)) entries.push([`${id}/ranges`, storeRanges(sheet, ranges)])
  if (!isSame(before && bodyOf(before), bodyOf(item))) {
    entries.push([`${id}/${properties.at(-1)!}`, store(item, sheet, workbook)])
  }
  return entries
}

const storeRanges = (sheet: SheetState, ranges: readonly CellRange[]): string[] =>
  ranges.flatMap((range) => cornersOf(sheet, range)?.join('..') ?? [])

/** Returns the keys of items that are new or come before others now; the others keep theirs. */
function keysOf<I extends Ranged>(
  list: RangedList<unknown, I>,
  items: readonly I[],
  chance: Chance,
): ReadonlyMap<string, OrderKey> {
  const keys = new Map<string, OrderKey>()
  let next: OrderKey | null = null
  for (const [at, { id }] of [...items.entries()].toReversed()) {
    const own = list.keyOf(id)
    if (own !== undefined && (next === null || own < next)) {
      next = own
      continue
    }
    next = keyBetween(keyBefore(list, items.slice(0, at), next), next, chance)
    keys.set(id, next)
  }
  return keys
}

function keyBefore<I extends Ranged>(
  list: RangedList<unknown, I>,
  items: readonly I[],
  next: OrderKey | null,
): OrderKey | null {
  const known = items.flatMap(({ id }) => list.keyOf(id) ?? [])
  return known.findLast((key) => next === null || key < next) ?? null
}
