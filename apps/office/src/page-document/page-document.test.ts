import { applyUpdate, Array as YArray, Doc, encodeStateAsUpdate, Map as YMap } from 'yjs'
import { describe, expect, it } from 'vitest'
import {
  EMBED,
  paragraph,
  textOf,
  type Block,
  type BlockType,
  type Marks,
  type Table,
} from './block.js'
import { PageDocument } from './page-document.js'
import { makeUndo } from './undo.js'

const block = (type: BlockType, text: string, attributes: Block['attributes'] = {}): Block => ({
  ...paragraph(text),
  type,
  attributes,
})
const marked = (...runs: readonly (readonly [string, Marks])[]): Block => ({
  ...paragraph(),
  content: runs.map(([text, marks]) => ({ text, marks })),
})

/** Returns a block as one line. */
function line({ type, attributes, content, table }: Block): string {
  const said = Object.entries(attributes).map(([key, value]) => ` ${key}=${value}`)
  const cells = table?.cells.map((row) => row.map((cell) => cell.map(textOf).join('/')).join('|'))
  return `${type}${said.join('')}: ${cells?.join(' ; ') ?? content.map(({ text }) => text).join('')}`
}
const linesOf = (page: PageDocument) => page.blocks.map(line)

/** People with the same page, who don't see each other's edits until they merge. */
class People {
  readonly pages: readonly PageDocument[]

  constructor(blocks: readonly Block[], count = 2) {
    const doc = new Doc()
    doc.clientID = 1
    new PageDocument(doc).write(blocks)
    this.pages = Array.from({ length: count }, (_, at) => {
      const copy = new Doc()
      copy.clientID = 10 + at
      applyUpdate(copy, encodeStateAsUpdate(doc))
      return new PageDocument(copy)
    })
  }

  merge(): readonly string[] {
    for (let round = 0; round < 2; round++) {
      for (const from of this.pages) {
        for (const to of this.pages) applyUpdate(to.doc, encodeStateAsUpdate(from.doc))
      }
      for (const page of this.pages) page.mend()
    }
    const [first, ...others] = this.pages
    for (const other of others) assertSame(linesOf(other), linesOf(first!))
    return linesOf(first!)
  }
}

/** Runs an act in both orders, since the lower client id decides between equals. */
function both(
  blocks: readonly Block[],
  anns: (page: PageDocument) => void,
  bobs: (page: PageDocument) => void,
): readonly (readonly string[])[] {
  return [
    [anns, bobs],
    [bobs, anns],
  ].map((acts) => {
    const people = new People(blocks)
    for (const [at, act] of acts.entries()) act(people.pages[at]!)
    return people.merge()
  })
}

it('[PE30] two people type in one formula, and each undoes what is their own', () => {
  const formula = (text: string) => [marked([text, { math: true }])]
  const people = new People(formula('x^2'))
  const [anns, bobs] = people.pages as [PageDocument, PageDocument]
  const undo = makeUndo(anns)
  anns.write(formula('ax^2'))
  bobs.write(formula('x^2+b'))
  expect(people.merge()).toEqual(['paragraph: ax^2+b'])
  expect(anns.blocks).toEqual(formula('ax^2+b'))
  undo.undo()
  expect(people.merge()).toEqual(['paragraph: x^2+b'])
  expect(bobs.blocks).toEqual(formula('x^2+b'))
})

it('[PF2] a text without a marker stays a paragraph when what follows it is deleted or comes later', () => {
  const open = () => {
    const doc = new Doc()
    const text = doc.getText('text')
    text.insert(0, 'ab')
    text.insertEmbed(1, new YMap([['type', 'rule']]))
    return new PageDocument(doc)
  }
  const [first, rule, last] = open().blocks
  const wanted = [
    [first!, last!],
    [first!, paragraph('x'), rule!, last!],
    [first!, rule!, last!, paragraph('x')],
  ]
  for (const blocks of wanted) {
    const page = open()
    page.write(blocks)
    expect(linesOf(page)).toEqual(blocks.map(line))
  }
})

describe('the looks of a table', () => {
  const table: Block = {
    ...block('table', ''),
    table: {
      id: null,
      rows: [null, null],
      columns: [null, null],
      cells: [
        [[paragraph('a')], []],
        [[], [paragraph('d')]],
      ],
    },
  }

  it('[PE23] come with a new table, whatever ids its lines had', () => {
    const page = new PageDocument(new Doc())
    const looks = { sizes: { x: 80 }, fills: { 'b/x': 'red' } } as const
    page.write([
      { ...table, table: { ...table.table!, rows: ['a', 'b'], columns: ['y', 'x'], ...looks } },
    ])
    expect(page.blocks[0]!.table).toMatchObject({
      sizes: { '1': 80 },
      fills: { '1/1': 'red' },
    })
  })

  it('[PE23] merge, and stay with their lines', () => {
    const people = new People([table])
    const [anns, bobs] = people.pages as [PageDocument, PageDocument]
    const change = (page: PageDocument, to: (table: Table) => Table) =>
      page.write(
        page.blocks.map((each) => (each.table ? { ...each, table: to(each.table) } : each)),
      )
    change(anns, (shown) => ({ ...shown, sizes: { '1': 120 }, fills: { '0/1': 'red' } }))
    change(bobs, (shown) => ({
      ...shown,
      rows: [null, ...shown.rows],
      cells: [[[], [paragraph('new')]], ...shown.cells],
      fills: { '1/1': 'blue' },
    }))
    people.merge()
    for (const page of people.pages) {
      expect(page.blocks[0]!.table).toMatchObject({
        sizes: { '1': 120 },
        fills: { '0/1': 'red', '1/1': 'blue' },
      })
    }
    const undo = makeUndo(anns)
    change(anns, (shown) => ({ ...shown, sizes: {}, fills: { '0/1': 'green' } }))
    undo.undo()
    expect(anns.blocks[0]!.table).toMatchObject({ sizes: { '1': 120 } })
    anns.doc.getMap('tables').set(`${anns.blocks[0]!.table!.id}/fill/0/1`, '#f00')
    expect(anns.blocks[0]!.table!.fills).toEqual({ '1/1': 'blue' })
  })
})

describe('colors and alignment', () => {
  it('[PE1 PE2] are names, and anything else stays in the document as something unknown', () => {
    const doc = new Doc()
    const text = doc.getText('text')
    text.insert(0, 'warm', { color: 'red', highlight: '#ff0' })
    text.insertEmbed(4, new YMap(Object.entries({ align: 'center' })), {})
    text.insert(5, 'odd', {})
    text.insertEmbed(8, new YMap(Object.entries({ type: 'bullet', align: 'url(x)' })), {})
    const page = new PageDocument(doc)
    const marks: Marks = { color: 'red', unknown: '{"highlight":"#ff0"}' }
    expect(page.blocks).toEqual([
      { ...marked(['warm', marks]), attributes: { align: 'center' } },
      block('bullet', 'odd'),
    ])
    page.write([page.blocks[0]!, block('bullet', 'odder')])
    expect(text.toDelta()[0]).toEqual({
      insert: 'warm',
      attributes: { color: 'red', highlight: '#ff0' },
    })
    const markers = (text.toDelta() as { insert: unknown }[]).map(({ insert }) => insert)
    expect((markers.at(-1) as YMap<unknown>).get('align')).toBe('url(x)')
  })

  it('[PE1 PE2] merge with each other and with a change of the type', () => {
    const merged = both(
      [block('paragraph', 'one two')],
      write({
        ...marked(['one', { color: 'blue' }], [' two', {}]),
        type: 'heading',
        attributes: { level: 2 },
      }),
      write({ ...marked(['one ', {}], ['two', { bold: true }]), attributes: { align: 'end' } }),
    )
    for (const lines of merged) expect(lines).toEqual(['heading level=2 align=end: one two'])
  })
})

const write =
  (...blocks: readonly Block[]) =>
  (page: PageDocument) =>
    page.write(blocks)

function table(...rows: readonly (readonly string[])[]): Block {
  const cells = rows.map((row) => row.map((text) => (text === '' ? [] : [paragraph(text)])))
  const content = { id: null, rows: rows.map(() => null), columns: rows[0]!.map(() => null), cells }
  return { ...paragraph(), type: 'table', table: content }
}

const changeTable = (change: (table: Table) => Table) => (page: PageDocument) =>
  page.write(
    page.blocks.map((each) => (each.table ? { ...each, table: change(each.table) } : each)),
  )
const addRow = changeTable(({ rows, cells, ...others }) => ({
  ...others,
  rows: [...rows, null],
  cells: [...cells, others.columns.map(() => [])],
}))
const addColumn = changeTable(({ columns, cells, ...others }) => ({
  ...others,
  columns: [...columns, null],
  cells: cells.map((row) => [...row, []]),
}))
const dropRow = changeTable(({ rows, cells, ...others }) => ({
  ...others,
  rows: rows.slice(1),
  cells: cells.slice(1),
}))
const typeInCell = (text: string) =>
  changeTable(({ cells, ...others }) => ({
    ...others,
    cells: cells.with(0, cells[0]!.with(0, [paragraph(text)])),
  }))

function assertSame(one: readonly string[], other: readonly string[]): void {
  if (JSON.stringify(one) !== JSON.stringify(other))
    throw new Error(`${one.join()} is not ${other.join()}`)
}

const EMBEDS = new RegExp(EMBED, 'g')

describe('a page as blocks', () => {
  it('[PF1 PF2 PF3 PF5 PF6 PF7] is read as it was written', () => {
    const doc = new Doc()
    const page = new PageDocument(doc)
    const blocks = [
      block('heading', 'Title', { level: 6 }),
      marked(['plain ', {}], ['bold', { bold: true }], [' link', { link: '/pages/other' }]),
      block('task', 'done', { indent: 2, checked: true }),
      block('number', 'seven', { start: 7 }),
      block('code', 'a\nb', { language: 'js' }),
      block('image', '', { src: 'data:image/png;base64,AAAA', alt: 'red' }),
      block('rule', ''),
      table(['a', ''], ['', 'd']),
      paragraph('end'),
    ]
    page.write(blocks)
    expect(doc.getMap('about').get('format')).toBe(2)
    const read = new PageDocument(doc).blocks
    expect(read.map(line)).toEqual(blocks.map(line))
    expect(read[1]!.content).toEqual(blocks[1]!.content)
    expect(page.blocks).toEqual(read)
    const before = encodeStateAsUpdate(doc)
    page.write(page.blocks)
    expect(encodeStateAsUpdate(doc)).toEqual(before)
  })

  it('[PF2 PG45] is empty for an empty page, and showing a place to write in writes nothing', () => {
    const doc = new Doc()
    const page = new PageDocument(doc)
    expect(page.blocks).toEqual([])
    page.write([paragraph()])
    expect(doc.getText('text').length).toBe(0)
    page.write([block('rule', ''), paragraph()])
    expect(linesOf(page)).toEqual(['rule: '])
    page.write([block('rule', ''), paragraph('x')])
    expect(linesOf(page)).toEqual(['rule: ', 'paragraph: x'])
  })
})

describe('two people at the same time', () => {
  it('[PF4] type into a block that gets another type, is indented or joined to another', () => {
    const [one, two] = [paragraph('one'), paragraph('two')]
    const types = write(one, paragraph('two, more'))
    for (const kind of ['bullet', 'task', 'quote', 'code'] as const) {
      expect(both([one, two], types, write(one, block(kind, 'two')))).toEqual(
        [0, 1].map(() => ['paragraph: one', `${kind}: two, more`]),
      )
    }
    const heading = block('heading', 'two', { level: 1 })
    expect(both([one, two], types, write(one, heading))[0]).toContain('heading level=1: two, more')
    expect(
      both([one, two], types, write(one, block('paragraph', 'two', { indent: 1 })))[0],
    ).toContain('paragraph indent=1: two, more')
    expect(both([one, two], types, write(paragraph('onetwo')))).toEqual([
      ['paragraph: onetwo, more'],
      ['paragraph: onetwo, more'],
    ])
  })

  it('[PF4] change two attributes of one block, and both changes stay', () => {
    expect(
      both(
        [paragraph('x')],
        write(block('bullet', 'x')),
        write(block('paragraph', 'x', { indent: 3 })),
      ),
    ).toEqual([['bullet indent=3: x'], ['bullet indent=3: x']])
  })

  it('[PF4] split one paragraph, which doubles nothing', () => {
    const splits = write(paragraph('hel'), paragraph('lo'))
    expect(both([paragraph('hello')], splits, splits)[0]).toEqual([
      'paragraph: hel',
      'paragraph: ',
      'paragraph: lo',
    ])
    expect(both([paragraph('hello')], splits, write(paragraph('h'), paragraph('ello')))[0]).toEqual(
      ['paragraph: h', 'paragraph: el', 'paragraph: lo'],
    )
  })

  it('[PF4] type at the end of a paragraph and begin another one after it', () => {
    const goesOn = write(paragraph('intro, more'))
    const adds = write(paragraph('intro'), paragraph('next'))
    expect(both([paragraph('intro')], goesOn, adds)).toEqual(
      [0, 1].map(() => ['paragraph: intro, more', 'paragraph: next']),
    )
  })

  it('[PF4] type and delete in the same place', () => {
    const blocks = ['one', 'two', 'three'].map((text) => paragraph(text))
    const types = write(blocks[0]!, paragraph('two, kept'), blocks[2]!)
    for (const merged of both(blocks, types, write(paragraph('ohree')))) {
      expect(merged).toEqual(['paragraph: o, kepthree'])
    }
  })

  it.each([300, 500, 3_000])(
    '[PF4] drag a word among %i words and write in the others',
    (count) => {
      const words = Array.from({ length: count }, (_, at) => `w${at}`)
      const people = new People([paragraph(words.join(' '))])
      const dragged = [
        ...words.slice(0, 5),
        ...words.slice(6, count - 3),
        'w5',
        ...words.slice(count - 3),
      ]
      people.pages[0]!.write([paragraph(dragged.join(' '))])
      people.pages[1]!.write([paragraph(words.join(' ').replace('w200 ', 'w200 BOB '))])
      expect(people.merge()).toEqual([
        `paragraph: ${dragged.join(' ').replace('w200 ', 'w200 BOB ')}`,
      ])
    },
  )

  it('[PF4] the letter typed among equal letters is the one that is inserted', () => {
    const page = new People([paragraph('aaaa')], 1).pages[0]!
    const events: unknown[] = []
    page.doc.getText('text').observe(({ delta }) => events.push(delta))
    page.write([paragraph('aaaaa')], { flow: 'text', before: 1, after: 2 })
    expect(events).toEqual([[{ retain: 1 }, { insert: 'a' }]])
  })
})

describe('a block that is deleted', () => {
  const blocks = ['one', 'two', 'three'].map((text) => paragraph(text))
  const [one, , three] = blocks as [Block, Block, Block]

  it('[PF21] leaves what was typed in it meanwhile as a separate block', () => {
    const types = write(one, block('bullet', 'two, kept'), three)
    expect(both(blocks, types, write(one, three))).toEqual(
      [0, 1].map(() => ['paragraph: one', 'bullet: , kept', 'paragraph: three']),
    )
  })

  it('[PF21] isn’t brought back if it was joined to another one', () => {
    const types = write(one, paragraph('two, kept'), three)
    expect(both(blocks, types, write(one, paragraph('twothree')))).toEqual(
      [0, 1].map(() => ['paragraph: one', 'paragraph: two, keptthree']),
    )
  })
})

describe('tables', () => {
  it('[PF6 PF8] stay rectangles when rows and columns are added at the same time', () => {
    const grow = (act: (page: PageDocument) => void) => (page: PageDocument) => {
      for (let n = 0; n < 8; n++) act(page)
    }
    for (const [merged] of both([table(['a', 'b'], ['c', 'd'])], grow(addRow), grow(addColumn))) {
      const rows = merged!.replace('table: ', '').split(' ; ')
      expect(rows.map((row) => row.split('|').length)).toEqual(Array.from({ length: 10 }, () => 10))
      expect(rows[0]).toMatch(/^a\|b\|/)
      expect(rows[1]).toMatch(/^c\|d\|/)
    }
  })

  it('[PF9] keep a deleted row if someone wrote in it meanwhile', () => {
    const start = [table(['a', 'b'], ['c', 'd'])]
    expect(both(start, typeInCell('a, more'), dropRow)[0]).toEqual(['table: , more| ; c|d'])
    expect(both(start, (page) => page.write(page.blocks), dropRow)[0]).toEqual(['table: c|d'])
  })

  it.each([2, 3])(
    '[PF22] %i deleted tables are put back, and no other block is touched',
    (count) => {
      const heading = (text: string): Block => ({
        ...paragraph(text),
        type: 'heading',
        attributes: { level: 1 },
      })
      const blocks = [paragraph('ab')]
      for (let at = 0; at < count; at++) blocks.push(table(['x']), heading(`Head ${at}`))
      const people = new People(blocks)
      // An editor mends within the events of the document, too.
      for (const page of people.pages) page.subscribe(() => page.mend())
      typeInCell('new')(people.pages[0]!)
      people.pages[1]!.write(blocks.filter(({ type }) => type !== 'table'))
      const lines = people.merge()
      expect(lines.filter((each) => each.startsWith('table'))).toHaveLength(count)
      expect(lines.filter((each) => !each.startsWith('table'))).toEqual([
        'paragraph: ab',
        ...Array.from({ length: count }, (_, at) => `heading level=1: Head ${at}`),
      ])
    },
  )

  it('[PF22] a table that two put back and one moves appears once, and no other block is touched', () => {
    const heading: Block = { ...paragraph('Tail'), type: 'heading', attributes: { level: 1 } }
    const people = new People([paragraph('ab'), table(['x']), heading, paragraph('end')])
    for (const page of people.pages) page.subscribe(() => page.mend())
    const [anns, bobs] = people.pages
    typeInCell('new')(anns!)
    anns!.write(
      anns!.blocks.map((each) =>
        each.type === 'heading' ? { ...heading, content: paragraph('Tail more').content } : each,
      ),
    )
    bobs!.write(bobs!.blocks.filter(({ type }) => type === 'paragraph'))
    const lines = people.merge()
    expect(lines.filter((each) => each.startsWith('table'))).toHaveLength(1)
    expect(lines).toContain('paragraph: ab')
    expect(lines).toContain('paragraph: end')
    expect(lines.some((each) => each.startsWith('heading level=1: '))).toBe(true)
  })

  it('[PF9 PF22] a deleted table is put back once, with what was written in it meanwhile', () => {
    const people = new People([paragraph('before'), table(['a', 'b']), paragraph('after')], 3)
    typeInCell('a, more')(people.pages[0]!)
    people.pages[1]!.write([paragraph('before'), paragraph('after')])
    expect(people.merge()).toEqual(['paragraph: before', 'table: , more|', 'paragraph: after'])
  })
})

describe('large tables', () => {
  it('[PF8] are shown up to the limits of a page', () => {
    const doc = new Doc()
    for (const table of ['a', 'b']) {
      doc.getText('text').insertEmbed(0, new YMap(Object.entries({ type: 'table', table })), {})
      doc.getMap('tables').set(`${table}/rows`, 500)
      doc.getMap('tables').set(`${table}/columns`, 20)
      doc.getMap('tables').set(`${table}/rows/more/run`, ['z', 90_000])
    }
    const { blocks } = new PageDocument(doc)
    expect(blocks.map(({ type }) => type)).toEqual(['table', 'unknown'])
    expect(blocks[0]!.table!.cells).toHaveLength(500)
  })
})

describe('a page whose version becomes unknown while it is open', () => {
  const setFormat = (page: PageDocument, format: unknown) =>
    page.doc.getMap('about').set('format', format)

  it.each([3, 99, 'x', null, -1])('[PF12 PF13] %s: is neither read nor written', (format) => {
    const people = new People([paragraph('one'), table(['a', 'b']), paragraph('two')])
    const [anns, bobs] = people.pages
    const before = anns!.blocks
    typeInCell('a, more')(anns!)
    bobs!.write([paragraph('one, of Bob'), paragraph('two')])
    setFormat(bobs!, format)
    const seen = anns!.blocks
    expect(seen).not.toBe(before)
    applyUpdate(anns!.doc, encodeStateAsUpdate(bobs!.doc))
    expect(anns!.isKnown).toBe(false)
    const stored = encodeStateAsUpdate(anns!.doc)
    anns!.write([paragraph('written over')])
    anns!.mend()
    expect(anns!.blocks).toBe(seen)
    expect(encodeStateAsUpdate(anns!.doc)).toEqual(stored)
    // Nothing is lost: once the version is known again, the page continues with everything.
    setFormat(bobs!, 2)
    expect(people.merge()).toEqual(['paragraph: one, of Bob', 'table: , more|', 'paragraph: two'])
    anns!.write([paragraph('written')])
    expect(linesOf(anns!)).toEqual(['paragraph: written'])
  })

  it('[PF12] notifies its subscribers both times', () => {
    const [page] = new People([paragraph('one')], 1).pages
    const told: boolean[] = []
    page!.subscribe(() => told.push(page!.isKnown))
    setFormat(page!, 99)
    page!.doc.getMap('about').set('title', 'other')
    page!.doc.getText('text').insert(0, 'later ', {})
    expect(linesOf(page!)).toEqual(['paragraph: one'])
    page!.doc.getMap('about').delete('format')
    expect(told).toEqual([false, true])
    expect(linesOf(page!)).toEqual(['paragraph: later one'])
  })
})

describe('one’s own edits after the client id changed', () => {
  it('[PG31 PG13] can all be undone, including the ends of paragraphs', () => {
    const people = new People([])
    const [anns] = people.pages
    const undo = makeUndo(anns!, 0)
    anns!.write([paragraph('of Ann')])
    people.merge()
    anns!.doc.clientID = 77
    anns!.write([paragraph('of Ann'), paragraph('more')])
    undo.undo()
    undo.undo()
    expect(people.merge()).toEqual([])
  })

  it('[PG31 PG13] are undone without what others wrote, even under one’s own former id', () => {
    const people = new People([])
    const [anns, bobs] = people.pages
    const undo = makeUndo(anns!, 0)
    anns!.write([paragraph('of Ann')])
    people.merge()
    const taken = anns!.doc.clientID
    anns!.doc.clientID = 77
    bobs!.doc.clientID = taken
    bobs!.write([paragraph('of Ann, of Bob')])
    people.merge()
    undo.undo()
    expect(people.merge()).toEqual(['paragraph: , of Bob'])
  })

  it('[PG31 PF21] get their own marker when someone else deletes their block', () => {
    const blocks = ['one', 'two', 'three'].map((text) => paragraph(text))
    const [one, , three] = blocks as [Block, Block, Block]
    const people = new People(blocks)
    const [anns, bobs] = people.pages
    anns!.write([one, block('bullet', 'two, kept'), three])
    anns!.doc.clientID = 77
    bobs!.write([one, three])
    expect(people.merge()).toEqual(['paragraph: one', 'bullet: , kept', 'paragraph: three'])
  })
})

describe('undo', () => {
  it('[PG13 PF4] keeps what others wrote into a restyled block', () => {
    const people = new People([paragraph('text')])
    const [anns, bobs] = people.pages
    const undo = makeUndo(anns!, 0)
    anns!.write([block('bullet', 'text')])
    people.merge()
    bobs!.write([block('bullet', 'text of Bob')])
    people.merge()
    undo.undo()
    expect(people.merge()).toEqual(['paragraph: text of Bob'])
  })

  it('[PG13] keeps the end of a paragraph in which others wrote', () => {
    const people = new People([])
    const [anns, bobs] = people.pages
    const undo = makeUndo(anns!, 0)
    anns!.write([paragraph('of Ann')])
    people.merge()
    bobs!.write([paragraph('of Ann, of Bob'), paragraph('next')])
    people.merge()
    undo.undo()
    expect(people.merge()).toEqual(['paragraph: , of Bob', 'paragraph: next'])
  })

  it('[PG13 PF9] keeps a table, a row or a column in which others wrote', () => {
    const people = new People([paragraph('text')])
    const [anns, bobs] = people.pages
    const undo = makeUndo(anns!, 0)
    anns!.write([paragraph('text'), table(['', ''])])
    people.merge()
    typeInCell('of Bob')(bobs!)
    people.merge()
    undo.undo()
    expect(people.merge()).toEqual(['paragraph: text', 'table: of Bob|'])
    addRow(anns!)
    people.merge()
    undo.undo()
    expect(people.merge()).toEqual(['paragraph: text', 'table: of Bob|'])
  })
})

describe('text from the editor that no page may contain', () => {
  const write = (page: PageDocument, ...texts: readonly string[]) =>
    page.write(texts.map((text) => paragraph(text)))

  it('[PF20] a control character neither ends a block nor stands for one', () => {
    const page = new PageDocument(new Doc())
    write(page, 'ab', 'c')
    write(page, 'ab\u0000c')
    expect(linesOf(page)).toEqual(['paragraph: ab\uFFFDc'])
    page.write([paragraph('ab'), block('rule', ''), paragraph('c')])
    write(page, 'ab\u0000', '\u0002c')
    expect(linesOf(page)).toEqual(['paragraph: ab\uFFFD', 'paragraph: \uFFFDc'])
  })

  it('[PF20] its replacement stays while the editor repeats the character', () => {
    const page = new PageDocument(new Doc())
    const said = 'a\u0007\uD800b'
    write(page, said)
    const before = encodeStateAsUpdate(page.doc)
    write(page, said)
    expect(encodeStateAsUpdate(page.doc)).toEqual(before)
    expect(linesOf(page)).toEqual(['paragraph: a\uFFFD\uFFFDb'])
  })
})

describe('a document written by strangers', () => {
  it('[PG7 PF2 PF3 PF5 PF6] is shown as far as it is understood, and kept', () => {
    const doc = new Doc()
    const text = doc.getText('text')
    text.insert(0, 'in a widget', { sparkle: { size: 7 }, bold: 'yes' })
    text.insertEmbed(text.length, new YMap(Object.entries({ type: 'widget' })), {})
    text.insertEmbed(text.length, new YMap(Object.entries({ type: 'gadget' })), {})
    text.insert(text.length, 'a', { link: { href: 'javascript:alert(1)' } })
    text.insertEmbed(text.length, { image: 'x' }, {})
    text.insertEmbed(text.length, new YArray(), {})
    text.insert(text.length, 'b\u0000', {})
    const hostile = { type: 'heading', level: 99, onclick: 'x', indent: new YMap() }
    text.insertEmbed(text.length, new YMap(Object.entries(hostile)), {})
    text.insertEmbed(
      text.length,
      new YMap(Object.entries({ type: 'table', table: '__proto__' })),
      {},
    )
    text.insertEmbed(text.length, new YMap(Object.entries({ type: 'table', table: 'x' })), {})
    text.insertEmbed(text.length, new YMap(Object.entries({ type: 'table', table: 'x' })), {})
    text.insert(text.length, 'open', {})
    doc.getMap('tables').set('x/rows', 1e9)
    doc.getMap('tables').set('x/columns/a/run', ['i', 'many'])
    // The same root name with another type.
    const other = new Doc()
    other.getArray('text').push([7, 'loose', { a: 1 }])
    applyUpdate(doc, encodeStateAsUpdate(other))
    const page = new PageDocument(doc)
    const shown = linesOf(page).filter((each) => !each.includes('\u0001\u0001\u0001'))
    const embeds = linesOf(page).join('').match(EMBEDS)
    expect(embeds).toHaveLength(5)
    expect(shown.join('\n')).toContain('unknown: ')
    expect(linesOf(page).join('\n')).toMatch(/heading level=3: .*a(.)\1b\uFFFD/)
    expect(shown.filter((each) => each === 'table: ')).toHaveLength(1)
    const before = encodeStateAsUpdate(doc)
    page.write(page.blocks)
    expect(encodeStateAsUpdate(doc)).toEqual(before)
    // Someone continues writing in it.
    page.write(
      page.blocks.map((each) => (line(each).includes('open') ? paragraph('open, more') : each)),
    )
    expect(linesOf(page).join('\n')).toContain('open, more')
    expect(doc.getText('text').toDelta()).toContainEqual(
      expect.objectContaining({ attributes: { sparkle: { size: 7 }, bold: 'yes' } }),
    )
    page.mend()
    expect(linesOf(page).filter((each) => each === 'table: ')).toHaveLength(1)
  })

  it('[PF20] text is well-formed, and a character is never torn', () => {
    const page = new People([paragraph('a😀b')], 1).pages[0]!
    page.write([paragraph('a😃b\uD800')])
    expect(linesOf(page)).toEqual(['paragraph: a😃b\uFFFD'])
    expect(page.doc.getText('text').toString().isWellFormed()).toBe(true)
  })
})
