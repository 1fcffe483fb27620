import { expect, it } from 'vitest'
import { scrollIntoView } from './scroll.js'

type Sheet = Parameters<typeof scrollIntoView>[0]

const ALL = { startRow: 0, endRow: 20, startColumn: 0, endColumn: 10 }

/** Returns where a sheet that shows a range is scrolled to, if it is. */
function scrolled(visible: unknown, cell: Parameters<typeof scrollIntoView>[1]) {
  const calls: (readonly [row: number, column: number])[] = []
  const sheet = {
    getVisibleRange: () => visible,
    scrollToCell: (row: number, column: number) => calls.push([row, column]),
  }
  scrollIntoView(sheet as unknown as Sheet, cell)
  return calls
}

it('[SF15] a cell that is shown is left where it is', () => {
  expect(scrolled(ALL, { row: 8, column: 4 })).toEqual([])
})

it('[SF15] a cell beyond the edge is scrolled to', () => {
  expect(scrolled(ALL, { row: 20, column: 4 })).toEqual([[15, 1]])
})

it.each([null, undefined])(
  '[SF15] a sheet that isn’t drawn yet (%s), as after a reload, is scrolled too',
  (visible) => {
    expect(scrolled(visible, { row: 300, column: 12 })).toEqual([[295, 9]])
  },
)
