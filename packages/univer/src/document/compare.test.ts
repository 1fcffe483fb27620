import { expect, it } from 'vitest'
import * as Y from 'yjs'
import { compareCells } from './compare.js'
import { SheetDocument, type Operation } from './index.js'

function workbook(...operations: readonly Operation[]): Y.Doc {
  const doc = new Y.Doc()
  change(doc, ...operations)
  return doc
}

function change(doc: Y.Doc, ...operations: readonly Operation[]): void {
  const sheets = new SheetDocument(doc)
  sheets.apply(...operations)
  sheets.destroy()
}

function copyOf(original: Y.Doc): Y.Doc {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(original))
  return doc
}

const [sheet] = [new SheetDocument(new Y.Doc()).snapshot()[0]!.id]
const write = (row: number, column: number, v: string | null): Operation => ({
  type: 'set-range-values',
  sheet,
  cellValue: { [row]: { [column]: { v, t: v === null ? null : 1, f: null } } },
})

it('[HY15] cells that are different are found, with what both versions have', () => {
  const before = workbook(write(0, 0, 'same'), write(1, 0, 'old'), write(2, 0, 'gone'))
  const after = copyOf(before)
  change(after, write(1, 0, 'new'), write(2, 0, null), write(0, 2, 'more'))
  const shown = compareCells(after, before).map(({ row, column, shown: now, other, isShown }) => [
    row,
    column,
    now.v,
    other.v,
    isShown,
  ])
  expect(shown).toEqual([
    [0, 2, 'more', undefined, true],
    [1, 0, 'new', 'old', true],
    [2, 0, undefined, 'gone', true],
  ])
  expect(compareCells(after, copyOf(after))).toEqual([])
})

it('[HY15] notes and links that are different are found as well', () => {
  const notes = { 0: { 0: 'said' }, 5: { 5: 'gone' } }
  const before = workbook(write(0, 0, 'a'), { type: 'set-notes', sheet, notes })
  const after = copyOf(before)
  change(
    after,
    { type: 'set-notes', sheet, notes: { 0: { 0: 'said more' }, 5: { 5: null } } },
    { type: 'set-links', sheet, links: { 7: { 1: { url: 'https://example.com' } } } },
  )
  expect(compareCells(after, before)).toMatchObject([
    { row: 0, column: 0, shown: { v: 'a', note: 'said more' }, other: { v: 'a', note: 'said' } },
    { row: 7, column: 1, shown: { link: { url: 'https://example.com' } }, other: {} },
    { row: 5, column: 5, shown: {}, other: { note: 'gone' } },
  ])
  expect(compareCells(after, copyOf(after))).toEqual([])
})

it('[HY15] cells that have only moved are equal, and those of removed lines are where they were', () => {
  const before = workbook(write(1, 0, 'moved'), write(3, 1, 'removed'))
  const after = copyOf(before)
  change(
    after,
    { type: 'remove-lines', sheet, axis: 'rows', at: 3, count: 1 },
    { type: 'insert-lines', sheet, axis: 'rows', at: 0, count: 2 },
  )
  expect(compareCells(after, before)).toMatchObject([
    { row: 3, column: 1, shown: {}, other: { v: 'removed' }, isShown: false },
  ])
  expect(compareCells(before, after)).toMatchObject([
    { row: 3, column: 1, shown: { v: 'removed' }, other: {}, isShown: true },
  ])
})
