import { getSchema } from '@tiptap/core'
import { yXmlFragmentToProseMirrorRootNode } from '@tiptap/y-tiptap'
import { applyUpdate, Doc, encodeStateAsUpdate, Map as YMap, XmlElement, XmlText } from 'yjs'
import { describe, expect, it } from 'vitest'
import { CONTENT } from './extensions.js'
import { FIELD, keepReadable } from './fragment.js'
import { makeLenient } from './lenient-schema.js'
import { describePosition } from './places.js'

const schema = getSchema(CONTENT)
makeLenient(schema)

function element(name: string, ...children: (XmlElement | XmlText)[]): XmlElement {
  const made = new XmlElement(name)
  made.insert(0, children)
  return made
}

function marked(content: string, marks: object): XmlText {
  const text = new XmlText()
  text.insert(0, content, marks)
  return text
}

const write = (doc: Doc, ...elements: XmlElement[]) => doc.getXmlFragment(FIELD).insert(0, elements)
/** What the page shows of a document, and whether that changed the document. */
function show(doc: Doc) {
  const before = doc.getXmlFragment(FIELD).toJSON()
  const page = yXmlFragmentToProseMirrorRootNode(doc.getXmlFragment(FIELD), schema)
  return { page, isSame: doc.getXmlFragment(FIELD).toJSON() === before }
}
const names = (doc: Doc) => show(doc).page.content.content.map(({ type }) => type.name)

describe('what isn’t known in a page', () => {
  it('[PG7] is a note where an element is, and stays', () => {
    const doc = new Doc()
    write(
      doc,
      element('paragraph', new XmlText('a')),
      element('widget', element('gadget'), new XmlText('b')),
      element('__proto__'),
      element('paragraph', element('widget'), new XmlText('c')),
      element('bulletList', element('listItem', element('widget'))),
    )
    expect(names(doc)).toEqual([
      'paragraph',
      'unknownBlock',
      'unknownBlock',
      'unknownBlock',
      'unknownBlock',
    ])
    expect(show(doc).isSame).toBe(true)
  })

  it('[PG7] is text where a mark is, with the marks that are known', () => {
    const doc = new Doc()
    write(doc, element('paragraph', marked('text', { sparkle: { size: 7 }, bold: {} })))
    const [text] = show(doc).page.child(0).content.content
    expect(text?.text).toBe('text')
    expect(text?.marks.map(({ type }) => type.name)).toContain('bold')
    expect(show(doc).isSame).toBe(true)
  })

  it('[PG9] is text where a link leads nowhere good', () => {
    const doc = new Doc()
    write(
      doc,
      element('paragraph', marked('bad', { link: { href: 'javascript:alert(1)' } })),
      element('paragraph', marked('good', { link: { href: 'https://a.b', target: 'x' } })),
    )
    const { page } = show(doc)
    expect(
      page
        .child(0)
        .child(0)
        .marks.map(({ type }) => type.name),
    ).toEqual(['unknownMark'])
    const [link] = page.child(1).child(0).marks
    expect(link?.attrs).toMatchObject({ href: 'https://a.b', target: '_blank' })
  })

  it('[PG7] what two have made impossible together is left to the binding to mend', () => {
    const doc = new Doc()
    write(doc, element('paragraph'), element('bulletList'))
    expect(names(doc)).toEqual(['paragraph'])
  })

  it('[PG7] is taken out where no client could show it, at first and later', () => {
    const ours = new Doc()
    const embed = new XmlText('ab')
    embed.insertEmbed(1, { image: 'x' })
    let deep = element('paragraph')
    for (let depth = 0; depth < 100; depth += 1) deep = element('blockquote', deep)
    write(ours, element('paragraph', embed), deep)
    const theirs = new Doc()
    theirs.getArray(FIELD).push([7, 'x', null, new YMap(), new XmlText('loose')])
    applyUpdate(ours, encodeStateAsUpdate(theirs))
    const stop = keepReadable(ours)
    const fragment = ours.getXmlFragment(FIELD)
    expect(fragment.length).toBe(2)
    expect((fragment.get(0) as XmlElement).toString()).toBe('<paragraph>ab</paragraph>')
    expect(
      fragment
        .get(1)
        .toString()
        .match(/<blockquote>/g),
    ).toHaveLength(64)

    const seen: number[] = []
    fragment.observeDeep(() => seen.push(fragment.length))
    theirs.getArray(FIELD).insert(0, [8, {}])
    applyUpdate(ours, encodeStateAsUpdate(theirs))
    expect(fragment.length).toBe(2)
    expect(seen.every((length) => length === 2)).toBe(true)
    stop()
    theirs.getArray(FIELD).insert(0, [9])
    applyUpdate(ours, encodeStateAsUpdate(theirs))
    expect(fragment.length).toBe(3)
  })
})

describe('a place in a page', () => {
  const text = (content: string) => (content === '' ? [] : [schema.text(content)])
  const heading = (content: string) => schema.node('heading', { level: 1 }, text(content))
  const paragraph = (content = 'text') => schema.node('paragraph', null, text(content))
  const page = schema.node('doc', null, [
    paragraph(),
    heading('  '),
    paragraph(),
    heading('Budget 💶'),
    paragraph(),
    heading('x'.repeat(41)),
    schema.node('blockquote', null, [paragraph()]),
  ])
  const startOf = (block: number) =>
    page.content.content.slice(0, block).reduce((size, node) => size + node.nodeSize, 0)

  it.each([
    [0, 'paragraph 1'],
    [1, 'paragraph 2'],
    [2, 'paragraph 3'],
    [3, '“Budget 💶”'],
    [4, '“Budget 💶”'],
    [5, `“${'x'.repeat(40)}…”`],
    [6, `“${'x'.repeat(40)}…”`],
  ])('[PG11] in block %i it is %s', (block, words) => {
    expect(describePosition(page, startOf(block) + 1)).toBe(words)
  })

  it('[PG11] at the very end and in an empty page', () => {
    expect(describePosition(page, page.content.size)).toBe(`“${'x'.repeat(40)}…”`)
    expect(describePosition(schema.node('doc', null, [paragraph('')]), 0)).toBe('paragraph 1')
  })
})
