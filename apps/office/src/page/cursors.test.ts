import { createRelativePositionFromTypeIndex, Doc, relativePositionToJSON } from 'yjs'
import { describe, expect, it } from 'vitest'
import { parseCursor } from './cursors.js'

/** Returns a position in a page's text. */
function position(index: number) {
  const text = new Doc().getText('text')
  text.insert(0, 'some text')
  return createRelativePositionFromTypeIndex(text, index)
}

describe('a cursor', () => {
  it('[PG10] is two positions in the page, as Yjs makes them and as they are sent', () => {
    const anchor = position(2)
    const head = position(9)
    const travelled: unknown = JSON.parse(
      JSON.stringify({
        anchor: relativePositionToJSON(anchor),
        head: relativePositionToJSON(head),
      }),
    )
    for (const cursor of [{ anchor, head }, travelled]) {
      const { client, clock } = anchor.item!
      expect(parseCursor(cursor)?.anchor.item).toEqual({ client, clock })
      expect(parseCursor(cursor)?.head.tname).toBe(head.tname)
    }
    const atRoot = { type: null, tname: 'text', item: null, assoc: 0 }
    expect(parseCursor({ anchor: atRoot, head: atRoot })).toEqual({ anchor: atRoot, head: atRoot })
  })

  const id = { client: 1, clock: 0 }
  it.each([
    undefined,
    null,
    7,
    'x',
    [],
    {},
    { anchor: null, head: null },
    { anchor: {}, head: {} },
    { anchor: { item: id } },
    { anchor: { item: id }, head: 7 },
    { anchor: { item: id }, head: { item: { client: -1, clock: 0 } } },
    { anchor: { item: id }, head: { item: { client: 1, clock: 0.5 } } },
    { anchor: { item: id }, head: { item: 'x' } },
    { anchor: { item: id }, head: { item: id, assoc: 'x' } },
    { anchor: { item: id }, head: { tname: 'cells:sheet-1' } },
    { anchor: { item: id }, head: { item: id, tname: '__proto__' } },
  ])('[PG10] is not %j', (value) => expect(parseCursor(value)).toBeUndefined())
})
