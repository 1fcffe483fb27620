import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { IMAGE_LIMITS, imageCell, readImages, type Image } from './images.js'
import { SheetDocument, type Operation } from './index.js'
import { partsOf } from './parts.js'
import { meet, Person, smallWorkbook } from './simulation/office.js'

const SHEET = 'sheet-1'
const PIXEL = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'
const rows = { sheet: SHEET, axis: 'rows' } as const
const IMAGE = {
  source: PIXEL,
  place: { cell: '2:1', x: 5, y: 7 },
  size: { width: 40, height: 30 },
  at: 'i',
  alt: 'a dot',
}

function set(id: string, values: object, sheet = SHEET): Operation {
  const entries = Object.entries(values).map(([name, value]) => [`${id}/${name}`, value as unknown])
  return { type: 'set-images', sheet, entries: Object.fromEntries(entries) }
}

function two(): readonly [Person, Person] {
  const beginning = smallWorkbook()
  const [ann, bob] = [1, 2].map((id) => new Person(beginning, () => 0.1 * id, id, 3))
  return [ann!, bob!]
}

const imagesOf = ({ doc }: Person, sheet = SHEET): readonly Image[] =>
  readImages(doc).get(sheet) ?? []

function placesOf({ doc, sheets }: Person) {
  const lines = sheets.attached.workbook.sheetWithId(SHEET)!
  return (readImages(doc).get(SHEET) ?? []).map(({ place }) => imageCell(lines, place))
}

describe('an image', () => {
  it('[SD60 SD65 SD12] is shown to everyone, merges by what is changed of it, and is undone alone', () => {
    const [ann, bob] = two()
    ann.do(set('dot', IMAGE))
    meet(ann, bob)
    expect(imagesOf(bob)).toEqual([
      { id: 'dot', ...IMAGE, place: { ...IMAGE.place, isWithin: false } },
    ])
    expect(bob.doc.getMap('about').get('format')).toBe(8)
    ann.do(set('dot', { place: { cell: '0:0', x: 1, y: 1 } }))
    bob.do(set('dot', { size: { width: 80, height: 60 } }), set('dot', { alt: 'a large dot' }))
    meet(ann, bob)
    for (const person of [ann, bob]) {
      expect(imagesOf(person)).toMatchObject([
        { place: { cell: '0:0' }, size: { width: 80 }, alt: 'a large dot' },
      ])
    }
    ann.sheets.undo()
    meet(ann, bob)
    for (const person of [ann, bob]) {
      expect(imagesOf(person)).toMatchObject([{ place: { cell: '2:1' }, size: { width: 80 } }])
    }
  })

  it('[SD60] that somebody deletes is gone, whatever another one changes of it meanwhile', () => {
    const [ann, bob] = two()
    ann.do(set('dot', IMAGE))
    meet(ann, bob)
    ann.do(set('dot', { source: null, place: null, size: null, at: null, alt: null }))
    bob.do(set('dot', { place: { cell: '0:0', x: 1, y: 1 } }))
    meet(ann, bob)
    for (const person of [ann, bob]) expect(imagesOf(person)).toEqual([])
    bob.sheets.undo()
    meet(ann, bob)
    for (const person of [ann, bob]) expect(imagesOf(person)).toEqual([])
    ann.sheets.undo()
    meet(ann, bob)
    for (const person of [ann, bob]) expect(imagesOf(person)).toHaveLength(1)
  })

  it('[SD63] goes with its cell, and to the next one once that is gone', () => {
    const [ann, bob] = two()
    ann.do(set('dot', IMAGE), set('in', { ...IMAGE, place: { cell: '2:1', within: true } }))
    meet(ann, bob)
    bob.do({ ...rows, type: 'insert-lines', at: 0, count: 2 })
    bob.do({ sheet: SHEET, axis: 'columns', type: 'move-lines', from: 1, count: 1, to: 4 })
    meet(ann, bob)
    for (const person of [ann, bob]) {
      expect(placesOf(person)).toEqual([
        { row: 4, column: 3, x: 5, y: 7 },
        { row: 4, column: 3, x: 0, y: 0 },
      ])
    }
    const order = { 3: 5, 4: 3, 5: 4 }
    ann.do({ type: 'sort-rows', sheet: SHEET, order, first: 0, last: 3 })
    meet(ann, bob)
    for (const person of [ann, bob]) expect(placesOf(person)[0]).toMatchObject({ row: 5 })
    bob.do({ ...rows, type: 'remove-lines', at: 5, count: 1 })
    meet(ann, bob)
    for (const person of [ann, bob]) {
      expect(placesOf(person)).toEqual([{ row: 5, column: 3, x: 5, y: 0 }, undefined])
    }
    bob.do({ ...rows, type: 'remove-lines', at: 5, count: 2 })
    meet(ann, bob)
    for (const person of [ann, bob]) expect(placesOf(person)[0]).toMatchObject({ row: 4 })
    bob.sheets.undo()
    bob.sheets.undo()
    meet(ann, bob)
    for (const person of [ann, bob]) expect(placesOf(person)[1]).toMatchObject({ row: 5 })
  })

  it('[SD64] is gone with its sheet, and back with it', () => {
    const [ann, bob] = two()
    ann.do(set('dot', IMAGE))
    meet(ann, bob)
    bob.do({ type: 'remove-sheet', sheet: SHEET })
    expect(bob.doc.getMap(`images:${SHEET}`).size).toBe(0)
    bob.sheets.undo()
    meet(ann, bob)
    for (const person of [ann, bob]) expect(imagesOf(person)).toHaveLength(1)
  })

  it('[SD60] is in front of those with lower keys', () => {
    const [ann] = two()
    ann.do(set('a', { ...IMAGE, at: 'u' }), set('b', IMAGE), set('c', IMAGE))
    expect(imagesOf(ann).map(({ id }) => id)).toEqual(['b', 'c', 'a'])
  })

  it('[SD66] is an update of its own, and several are one step of undo', () => {
    const [ann] = two()
    const updates: Uint8Array[] = []
    ann.doc.on('update', (update: Uint8Array) => updates.push(update))
    const source = `data:image/png;base64,${'A'.repeat(349_000)}`
    const steps = ['a', 'b', 'c'].map((id) => set(id, { ...IMAGE, source }))
    expect(partsOf(steps, 5_000)).toHaveLength(3)
    ann.do(...steps)
    expect(imagesOf(ann)).toHaveLength(3)
    for (const { length } of updates) expect(length).toBeLessThan(512 * 1024)
    ann.sheets.undo()
    expect(imagesOf(ann)).toEqual([])
  })
})

describe('what others wrote', () => {
  it.each<readonly [what: string, values: object]>([
    ['an SVG', { source: 'data:image/svg+xml;base64,PHN2Zy8+' }],
    ['an address', { source: 'https://example.com/a.png' }],
    ['another kind of data', { source: 'data:text/html;base64,AAAA' }],
    ['a source with more after it', { source: `${PIXEL}" onload="x` }],
    ['a source that is too long', { source: `data:image/png;base64,${'A'.repeat(349_600)}` }],
    ['no text as a source', { source: 7 }],
    ['no place', { place: undefined }],
    ['a place without a cell', { place: { x: 1, y: 1 } }],
    ['a cell that is none', { place: { cell: 'B2', x: 1, y: 1 } }],
    ['an offset beyond all', { place: { cell: '0:0', x: 1e9, y: 1 } }],
    ['no number as an offset', { place: { cell: '0:0', x: 1, y: '1' } }],
    ['no size', { size: null }],
    ['an empty size', { size: { width: 0, height: 10 } }],
    ['a size beyond all', { size: { width: 5_000, height: 10 } }],
    ['a size that is no number', { size: { width: Number.NaN, height: 10 } }],
    ['no order key', { at: 'A b' }],
  ])('[SD11 SD60 SD61] is ignored if it is %s', (_, values) => {
    const doc = new Y.Doc()
    const entries = doc.getMap(`images:${SHEET}`)
    for (const [name, value] of Object.entries({ ...IMAGE, ...values })) {
      if (value !== undefined) entries.set(`dot/${name}`, value)
    }
    expect(readImages(doc).get(SHEET)).toBeUndefined()
    for (const [name, value] of Object.entries(IMAGE)) entries.set(`dot/${name}`, value)
    expect(readImages(doc).get(SHEET)).toHaveLength(1)
  })

  it('[SD11] is ignored if it is no map or no plain data, and a wrong description is none', () => {
    const doc = new Y.Doc()
    doc.getText('images:sheet-2').insert(0, 'text')
    const entries = doc.getMap(`images:${SHEET}`)
    for (const [name, value] of Object.entries(IMAGE)) entries.set(`dot/${name}`, value)
    entries.set('dot/alt', 7)
    entries.set('other/source', new Y.Text('text'))
    entries.set('__proto__/source', PIXEL)
    expect([...readImages(doc).keys()]).toEqual([SHEET])
    expect(readImages(doc).get(SHEET)).toMatchObject([{ id: 'dot', alt: '' }])
    entries.set('dot/alt', `${'x'.repeat(999)}😀`)
    expect(readImages(doc).get(SHEET)![0]!.alt).toBe(`${'x'.repeat(999)}…`)
    const sheets = new SheetDocument(doc)
    expect(sheets.snapshot()).toHaveLength(3)
    sheets.destroy()
  })

  it('[SD62] counts only up to the limits, the same for everyone', () => {
    const doc = new Y.Doc()
    const write = (sheet: string, id: string, source: string) => {
      for (const [name, value] of Object.entries({ ...IMAGE, source }))
        doc.getMap(`images:${sheet}`).set(`${id}/${name}`, value)
    }
    for (let at = 0; at < IMAGE_LIMITS.images + 5; at++) write('a', `i${1_000 + at}`, PIXEL)
    const found = readImages(doc).get('a')!
    expect(found).toHaveLength(IMAGE_LIMITS.images)
    expect(found.at(-1)!.id).toBe(`i${1_000 + IMAGE_LIMITS.images - 1}`)
    const large = `data:image/png;base64,${'A'.repeat(349_000)}`
    for (let at = 0; at < 60; at++) write('b', `i${1_000 + at}`, large)
    write('c', 'last', PIXEL)
    const fits = Math.floor((IMAGE_LIMITS.characters - 100 * PIXEL.length) / large.length)
    expect(readImages(doc).get('b')).toHaveLength(fits)
    // A smaller one still has room.
    expect(readImages(doc).get('c')).toHaveLength(1)
  })
})
