import { describe, expect, it } from 'vitest'
import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs'
import type { Operation } from '../operations/operation.js'
import { SheetDocument } from './sheet-document.js'

/** Returns two people with a document each, who synchronize only when they are told to. */
function two() {
  const docs = [new Doc(), new Doc()] as const
  const [ann, bob] = docs.map((doc) => new SheetDocument(doc)) as [SheetDocument, SheetDocument]
  const meet = () => {
    applyUpdate(docs[0], encodeStateAsUpdate(docs[1]))
    applyUpdate(docs[1], encodeStateAsUpdate(docs[0]))
    for (const sheets of [ann, bob]) sheets.takeChanges()
  }
  const stored = () => docs.map((doc) => doc.getMap('cells:sheet-1').toJSON())
  return { ann, bob, meet, stored }
}

const sheet = 'sheet-1'
const typeInto = (row: number, column: number, write: object): Operation => ({
  type: 'set-range-values',
  sheet,
  cellValue: { [row]: { [column]: write } },
})
const removeRow = (at: number): Operation => ({
  type: 'remove-lines',
  sheet,
  axis: 'rows',
  at,
  count: 1,
})
const merge = (endRow: number, endColumn: number): Operation => ({
  type: 'set-merges',
  sheet,
  merges: [{ startRow: 0, startColumn: 0, endRow, endColumn }],
})

describe('text written where nobody sees it', () => {
  it.each<[string, Operation]>([
    ['with its row', removeRow(1)],
    ['with its sheet', { type: 'remove-sheet', sheet }],
    ['under a merge', merge(1, 1)],
  ])('[SH31 SD15] is given back to its author and leaves the document: %s', (_, deletion) => {
    const { ann, bob, meet, stored } = two()
    ann.apply(typeInto(1, 1, { v: 'mine' }))
    bob.apply(deletion)
    meet()
    expect(ann.takeUnseen()).toEqual([['mine']])
    expect(bob.takeUnseen()).toEqual([])
    expect(ann.takeUnseen()).toEqual([])
    meet()
    expect(stored()).toEqual([{}, {}])
  })

  it('[SH31] includes text typed between the arrival of the others’ change and its display', () => {
    const { ann, bob, stored } = two()
    bob.apply(removeRow(1))
    ann.apply(typeInto(1, 0, { f: '=A1+1' }), typeInto(1, 1, { v: 1, t: 3 }))
    expect(ann.takeUnseen()).toEqual([])
    const { ann: late, bob: early, meet } = two()
    early.apply(removeRow(1))
    late.apply(typeInto(1, 0, { f: '=A1+1' }), typeInto(1, 1, { v: 1, t: 3 }))
    meet()
    expect(late.takeUnseen()).toEqual([['=A1+1', 'TRUE']])
    expect(stored()[1]).toEqual({})
  })

  it('[SH31] does not include text that someone saw and deleted or overwrote', () => {
    const { ann, bob, meet } = two()
    ann.apply(typeInto(1, 1, { v: 'seen' }), typeInto(2, 1, { v: 'old' }))
    meet()
    bob.apply(removeRow(1), typeInto(1, 1, { v: 'new' }))
    meet()
    bob.apply(removeRow(1))
    meet()
    expect(ann.takeUnseen()).toEqual([])
  })

  it('[SH31] includes text typed into a cell that is already under a merge', () => {
    const { ann, stored } = two()
    ann.apply(merge(1, 1))
    expect(ann.hasCovered).toBe(false)
    ann.apply(typeInto(1, 1, { v: 'hidden' }), typeInto(0, 0, { v: 'shown' }))
    expect(ann.hasCovered).toBe(true)
    expect(ann.takeUnseen()).toEqual([['hidden']])
    expect(stored()[0]).toEqual({ '0:0': { v: 'shown' } })
  })

  it('[SH31] does not include the first cell of a merge, or cells beside it', () => {
    const { ann, bob, meet } = two()
    ann.apply(typeInto(0, 0, { v: 'first' }), typeInto(2, 0, { v: 'beside' }))
    bob.apply(merge(1, 1))
    meet()
    expect(ann.takeUnseen()).toEqual([])
  })

  it('[SD12 SD15] does not come back with undo', () => {
    const { ann, bob, meet, stored } = two()
    ann.apply(typeInto(1, 1, { v: 'mine' }))
    bob.apply(removeRow(1))
    meet()
    ann.takeUnseen()
    ann.undo()
    ann.redo()
    ann.takeChanges()
    ann.takeUnseen()
    meet()
    expect(stored()).toEqual([{}, {}])
  })
})
