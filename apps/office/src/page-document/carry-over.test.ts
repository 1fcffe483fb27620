import { applyUpdate, Doc, encodeStateAsUpdate, XmlElement, XmlText } from 'yjs'
import { describe, expect, it } from 'vitest'
import { paragraph, textOf, type Block } from './block.js'
import { carryOver, isOldFormat } from './carry-over.js'
import { PageDocument } from './page-document.js'

function element(
  name: string,
  attributes: { readonly [name: string]: unknown },
  ...children: (XmlElement | XmlText | string)[]
): XmlElement {
  const made = new XmlElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value as string)
  made.insert(
    0,
    children.map((child) => (typeof child === 'string' ? new XmlText(child) : child)),
  )
  return made
}

const p = (text: string) => element('paragraph', {}, text)

function oldPage(...children: XmlElement[]): Doc {
  const doc = new Doc()
  doc.getXmlFragment('page').insert(0, children)
  return doc
}

function copy(...docs: readonly Doc[]): Doc {
  const made = new Doc()
  for (const doc of docs) applyUpdate(made, encodeStateAsUpdate(doc))
  return made
}

const blocksOf = (doc: Doc): readonly Block[] => new PageDocument(doc).blocks
const linesOf = (doc: Doc) =>
  blocksOf(doc).map((block) => {
    const attributes = Object.entries(block.attributes).map(([key, value]) => ` ${key}=${value}`)
    return `${block.type}${attributes.join('')}: ${textOf(block)}`
  })

describe('a page in the old format', () => {
  it('[PF10] is converted with everything in it', () => {
    const marked = new XmlText()
    marked.insert(0, 'bold', { bold: {} })
    marked.insert(4, ' link', { bold: null, link: { href: 'https://a.b' } })
    const doc = oldPage(
      element('heading', { level: 2 }, 'Title'),
      element('paragraph', {}, marked, element('hardBreak', {}), 'next'),
      element(
        'bulletList',
        {},
        element(
          'listItem',
          {},
          p('one'),
          element('orderedList', { start: 3 }, element('listItem', {}, p('three'), p('more'))),
        ),
      ),
      element('taskList', {}, element('taskItem', { checked: true }, p('done'))),
      element(
        'blockquote',
        {},
        p('quoted'),
        element('bulletList', {}, element('listItem', {}, p('in it'))),
      ),
      element('codeBlock', { language: 'js' }, 'let a'),
      element('horizontalRule', {}),
      element('image', { src: 'data:image/png;base64,AAAA', alt: 'red' }),
      element(
        'table',
        {},
        element('tableRow', {}, element('tableHeader', { colspan: 2 }, p('a'))),
        element('tableRow', {}, element('tableCell', {}, p('b')), element('tableCell', {}, p('c'))),
      ),
      element('widget', {}, 'a text'),
    )
    expect(isOldFormat(doc)).toBe(true)
    carryOver(doc)
    expect(isOldFormat(doc)).toBe(false)
    expect(doc.getMap('about').get('format')).toBe(2)
    expect(linesOf(doc)).toEqual([
      'heading level=2: Title',
      'paragraph: bold link\nnext',
      'bullet: one',
      'number indent=1 start=3: three',
      'paragraph indent=2: more',
      'task checked=true: done',
      'quote: quoted',
      'bullet: in it',
      'code language=js: let a',
      'rule: ',
      'image src=data:image/png;base64,AAAA alt=red: ',
      'table header=true: ',
      'paragraph: a text',
    ])
    expect(blocksOf(doc)[1]!.content.map(({ marks }) => marks)).toEqual([
      { bold: true },
      { link: 'https://a.b' },
      {},
    ])
    const table = blocksOf(doc).find(({ type }) => type === 'table')?.table
    expect(table?.cells.map((row) => row.map((cell) => cell.map(textOf)))).toEqual([
      [['a'], []],
      [['b'], ['c']],
    ])
  })

  it('[PF10 PF23] is converted once, however many do so at the same time', () => {
    const old = oldPage(
      p('one'),
      element('table', {}, element('tableRow', {}, element('tableCell', {}, p('cell')))),
      p('two'),
    )
    const [anns, bobs] = [copy(old), copy(old)]
    anns.getMap('about').set('title', 'of Ann')
    for (const doc of [anns, bobs]) carryOver(doc)
    const merged = copy(anns, bobs)
    carryOver(merged)
    expect(linesOf(merged)).toEqual(['paragraph: one', 'table: ', 'paragraph: two'])
    expect(linesOf(copy(bobs, anns))).toEqual(linesOf(merged))
  })

  it('[PF23] appears once when two convert different states, with what both typed since', () => {
    const old = oldPage(p('one'))
    const later = copy(old)
    later.getXmlFragment('page').insert(1, [p('two')])
    const typing = [copy(old), copy(later)].map((doc, at) => {
      carryOver(doc)
      const page = new PageDocument(doc)
      const [first, ...rest] = page.blocks
      page.write([{ ...first!, content: [{ text: `one${at}`, marks: {} }] }, ...rest])
      return doc
    })
    const [anns, bobs] = [copy(...typing), copy(...typing.toReversed())]
    for (const doc of [anns, bobs]) carryOver(doc)
    const merged = copy(anns, bobs)
    carryOver(merged)
    const text = linesOf(merged).join(' ')
    for (const once of ['one', 'two', '0', '1']) expect(text.split(once)).toHaveLength(2)
    for (const doc of [anns, bobs]) {
      applyUpdate(doc, encodeStateAsUpdate(merged))
      expect(linesOf(doc)).toEqual(linesOf(merged))
    }
  })

  it('[PF23] takes in once what is written in the old format later', () => {
    const old = oldPage(p('one'))
    const offline = copy(old)
    const [anns, bobs] = [copy(old), copy(old)]
    for (const doc of [anns, bobs]) carryOver(doc)
    const text = (offline.getXmlFragment('page').get(0) as XmlElement).get(0) as XmlText
    text.insert(3, ' and late')
    offline.getXmlFragment('page').insert(1, [p('later')])
    for (const doc of [anns, bobs]) {
      applyUpdate(doc, encodeStateAsUpdate(offline))
      carryOver(doc)
    }
    const merged = copy(anns, bobs)
    carryOver(merged)
    expect(linesOf(merged)).toEqual(['paragraph: one', 'paragraph:  and late', 'paragraph: later'])
    expect(linesOf(anns)).toEqual(linesOf(merged))
  })

  it('[PF12] is left alone if the page’s version is unknown', () => {
    for (const format of [3, 99, '3', null, {}]) {
      const doc = oldPage(p('one'))
      doc.getMap('about').set('format', format)
      const before = encodeStateAsUpdate(doc)
      carryOver(doc)
      expect(encodeStateAsUpdate(doc)).toEqual(before)
    }
  })

  it('[PF11 PF13] is not converted again when someone removes the version', () => {
    const doc = oldPage(p('one'), p('two'))
    carryOver(doc)
    new PageDocument(doc).write([paragraph('one'), paragraph('three')])
    // A client that doesn't know the new format yet.
    doc.getXmlFragment('page').insert(2, [p('late')])
    doc.getMap('about').delete('format')
    for (let at = 0; at < 2; at += 1) carryOver(doc)
    expect(linesOf(doc)).toEqual(['paragraph: one', 'paragraph: three', 'paragraph: late'])
    new PageDocument(doc).write([paragraph('one')])
    expect(doc.getMap('about').get('format')).toBe(2)
  })

  it('[PF10] does not count if it is empty', () => {
    expect(isOldFormat(new Doc())).toBe(false)
    const doc = new Doc()
    carryOver(doc)
    expect(doc.store.clients.size).toBe(0)
  })
})
