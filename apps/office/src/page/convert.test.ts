import { getSchema } from '@tiptap/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { speak } from '../language/language.js'
import { EMBED, type Block } from '../page-document/block.js'
import { Converter } from './convert.js'
import { CONTENT } from './extensions.js'
import { numberItems } from './numbers.js'
import { describePosition } from './places.js'

beforeAll(() => speak('en'))

const schema = getSchema(CONTENT)

describe('the blocks of a page in the editor', () => {
  const blocks: readonly Block[] = [
    {
      type: 'paragraph',
      attributes: { indent: 2 },
      content: [
        { text: 'a\nb', marks: {} },
        { text: 'x^2', marks: { math: true } },
      ],
    },
    {
      type: 'heading',
      attributes: { level: 6, align: 'center' },
      content: [{ text: 'warm', marks: { color: 'red', highlight: 'yellow' } }],
    },
    {
      type: 'number',
      attributes: { start: 0 },
      content: [{ text: 'x', marks: { bold: true, code: true, link: '#a' } }],
    },
    { type: 'task', attributes: { indent: 1, checked: true }, content: [] },
    {
      type: 'code',
      attributes: { language: 'js' },
      content: [{ text: `a\n${EMBED}b`, marks: { italic: true } }],
    },
    {
      type: 'quote',
      attributes: {},
      content: [{ text: EMBED, marks: { unknown: '{"sparkle":1}' } }],
    },
    {
      type: 'image',
      attributes: { src: 'data:image/png;base64,AAAA', alt: 'red', title: 'Red', width: 50 },
      content: [],
    },
    { type: 'callout', attributes: { tone: 'tip' }, content: [{ text: 'c', marks: {} }] },
    { type: 'toggle', attributes: { indent: 1 }, content: [{ text: 't', marks: {} }] },
    { type: 'unknown', attributes: {}, content: [] },
    {
      type: 'table',
      attributes: { header: true },
      content: [],
      table: {
        id: 't',
        rows: ['0', 'a-0'],
        columns: ['0'],
        cells: [[[{ type: 'rule', attributes: {}, content: [] }]], [[]]],
        sizes: { '0': 120 },
        fills: { 'a-0/0': 'red' },
      },
    },
    { type: 'rule', attributes: {}, content: [] },
  ]

  it('[PG6 PG7] are unchanged when they are read back', () => {
    const nodes = new Converter(schema).toNodes(blocks)
    for (const node of nodes) node.check()
    const fresh = new Converter(schema)
    const read = nodes.map((node) => fresh.toBlock(node))
    expect(read.slice(0, 10)).toEqual(blocks.slice(0, 10))
    expect(read[10]).toMatchObject({
      type: 'table',
      attributes: { header: true },
      table: {
        id: 't',
        rows: ['0', 'a-0'],
        columns: ['0'],
        sizes: { '0': 120 },
        fills: { 'a-0/0': 'red' },
      },
    })
    // A block without text at the end is followed by a place to write.
    expect(read.at(-1)).toEqual({ type: 'paragraph', attributes: {}, content: [] })
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
    schema.node('quote', null, text('text')),
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

  it('[PG11] is described at the very end and in an empty page', () => {
    expect(describePosition(page, page.content.size)).toBe(`“${'x'.repeat(40)}…”`)
    expect(describePosition(schema.node('doc', null, [paragraph('')]), 0)).toBe('paragraph 1')
  })

  it('[PG44] in a numbered list has a number, and other blocks may end the list', () => {
    const item = (kind: string, indent = 0, start: number | null = null) =>
      schema.node('item', { kind, indent, start })
    const blocks = [
      item('number'),
      item('number', 1),
      item('bullet', 2),
      item('number', 1),
      schema.node('paragraph', { indent: 1 }),
      item('number'),
      item('bullet'),
      item('number'),
      item('number', 1, 7),
      item('number', 1),
      schema.node('paragraph'),
      item('number'),
    ]
    expect([...numberItems(blocks)]).toEqual([
      [0, 1],
      [1, 1],
      [3, 2],
      [5, 2],
      [7, 1],
      [8, 7],
      [9, 8],
      [11, 1],
    ])
  })
})
