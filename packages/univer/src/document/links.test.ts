import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { SheetDocument, type Link, type Operation } from './index.js'
import { isAddress } from './link.js'
import { meet, Person, smallWorkbook } from './simulation/office.js'

const SHEET = 'sheet-1'
const set = (row: number, column: number, link: Link | null): Operation => ({
  type: 'set-links',
  sheet: SHEET,
  links: { [row]: { [column]: link } },
})
const web: Link = { url: 'https://example.com/a' }
const rows = { axis: 'rows' } as const

function two(): readonly [Person, Person] {
  const beginning = smallWorkbook()
  const [ann, bob] = [1, 2].map((id) => new Person(beginning, () => 0.1 * id, id, 3))
  return [ann!, bob!]
}

const linksOf = ({ sheets }: Person): object => sheets.attached.linksOf(SHEET)

it('[SH148] an address looks like where it leads', () => {
  for (const url of ['https://example.com/表', 'http://a.example/@b', 'mailto:a@b.example'])
    expect(isAddress(url), url).toBe(true)
  const signs = ['\u202E', '\u2066', '\u200B', '\u00AD', '\uFEFF']
  for (const sign of signs) expect(isAddress(`https://example.com/${sign}moc`)).toBe(false)
  for (const url of ['https://bank.example@evil.example/', 'http://u:p@evil.example'])
    expect(isAddress(url), url).toBe(false)
})

describe('a link of a cell', () => {
  it('[SH148 SH144 SD12] is shown to everyone, goes with its cell, and is undone alone', () => {
    const [ann, bob] = two()
    ann.do(set(1, 2, web))
    meet(ann, bob)
    expect(linksOf(bob)).toEqual({ 1: { 2: web } })
    expect(bob.sheets.attached.version).toBeGreaterThan(0)
    ann.do(set(1, 2, { url: 'https://example.com/b' }))
    meet(ann, bob)
    ann.sheets.undo()
    expect(ann.take()).toEqual([{ type: 'set-links', sheet: SHEET, links: {} }])
    meet(ann, bob)
    expect(bob.doc.getMap('about').get('format')).toBe(6)
    bob.do({ ...rows, sheet: SHEET, type: 'insert-lines', at: 0, count: 2 })
    meet(ann, bob)
    for (const person of [ann, bob]) expect(linksOf(person)).toEqual({ 3: { 2: web } })
    const cells = { startRow: 3, startColumn: 2, endRow: 3, endColumn: 2 }
    bob.do({ type: 'carry', sheet: SHEET, cells, to: { sheet: SHEET, row: 0, column: 0 } })
    ann.sheets.undo()
    meet(ann, bob)
    for (const person of [ann, bob]) expect(person.grid.sheet(SHEET).rows).toHaveLength(8)
  })

  it('[SH148] leads to the same cells when their lines move and their sheet is renamed', () => {
    const [ann, bob] = two()
    ann.do(set(0, 0, { place: "='Sheet 2'!B2:C4" }), set(0, 1, { place: '=A3' }))
    meet(ann, bob)
    bob.do({ ...rows, sheet: 'sheet-2', type: 'insert-lines', at: 2, count: 1 })
    bob.do({ type: 'rename-sheet', sheet: 'sheet-2', name: "Ann's" })
    bob.do({ ...rows, sheet: SHEET, type: 'move-lines', from: 2, count: 1, to: 6 })
    meet(ann, bob)
    for (const person of [ann, bob])
      expect(linksOf(person)).toEqual({
        0: { 0: { place: "='Ann''s'!B2:C5" }, 1: { place: "='Sheet 1'!A6" } },
      })
  })

  it('[SH149] leads nowhere while its place is gone', () => {
    const [ann, bob] = two()
    ann.do(set(0, 0, { place: "='Sheet 2'!B2" }))
    meet(ann, bob)
    bob.do({ type: 'remove-sheet', sheet: 'sheet-2' })
    meet(ann, bob)
    for (const person of [ann, bob]) expect(linksOf(person)).toEqual({})
    bob.sheets.undo()
    meet(ann, bob)
    for (const person of [ann, bob])
      expect(linksOf(person)).toEqual({ 0: { 0: { place: "='Sheet 2'!B2" } } })
  })

  it('[SH148] isn’t written if it leads elsewhere', () => {
    const [ann] = two()
    ann.do(set(0, 0, web))
    ann.do(set(0, 0, { url: 'javascript:alert(1)' }), set(0, 1, { place: '=SUM(A1)' }))
    expect(linksOf(ann)).toEqual({})
    expect(ann.doc.getMap('links:sheet-1').size).toBe(0)
  })
})

describe('a link of a stranger', () => {
  it.each<[string, unknown]>([
    ['a script', { url: 'javascript:alert(1)' }],
    ['a script with a break', { url: 'java\nscript:alert(1)' }],
    ['a script with a blank before it', { url: ' javascript:alert(1)' }],
    ['data', { url: 'data:text/html,<script>alert(1)</script>' }],
    ['a file', { url: 'file:///etc/passwd' }],
    ['another page of this server', { url: '/sheets/other' }],
    ['another server', { url: '//example.com' }],
    ['no address', { url: 'https://' }],
    ['3,000 characters', { url: `https://example.com/${'x'.repeat(3_000)}` }],
    ['a number', { url: 7 }],
    ['a text', 'https://example.com'],
    ['two references', { place: ['=', 'sheet-2!0:0', ',', 'sheet-2!1:1', ''] }],
    ['a function', { place: ['=SUM(', 'sheet-2!0:0', ')'] }],
    ['a reference without a sheet', { place: ['=', '0:0', ''] }],
    ['no reference', { place: ['=', 'x', ''] }],
    ['an address and more', { url: 'javascript:x', place: ['=', 'sheet-2!0:0', ''] }],
  ])('[SH149 SD11] that is %s doesn’t count', (_, link) => {
    const doc = new Y.Doc()
    doc.getMap('links:sheet-1').set('0:0', link)
    doc.getMap('links:sheet-1').set('1:0', web)
    expect(new SheetDocument(doc).attached.linksOf(SHEET)).toEqual({ 1: { 0: web } })
  })

  it('[SH148] to an address is one of the web or of a mailbox', () => {
    for (const address of [
      'http://a',
      'HTTPS://a.b/c?d#e',
      'mailto:a@b.com',
      'https://例子.中国/路',
    ])
      expect(isAddress(address), address).toBe(true)
    for (const other of ['https://a b', 'ftp://a', 'mailto:', 'https:a', 'vbscript:x', ''])
      expect(isAddress(other), other).toBe(false)
  })
})
