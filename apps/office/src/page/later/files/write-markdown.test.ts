import { marked } from 'marked'
import { describe, expect, it } from 'vitest'
import { paragraph, type Block, type BlockType, type Marks } from '../../../page-document/block.js'
import { readMarkdownFormulas } from '../math/markdown.js'
import { decode } from './read-file.js'
import { writeMarkdown } from './write-markdown.js'

const block = (type: BlockType, text: string, attributes: Block['attributes'] = {}): Block => ({
  ...paragraph(text),
  type,
  attributes,
})
const runs = (...said: readonly (readonly [string, Marks])[]): Block => ({
  ...paragraph(),
  content: said.map(([text, marks]) => ({ text, marks })),
})

describe('a page as Markdown', () => {
  it('[PE34] writes formulas as GitHub reads them', () => {
    const written = writeMarkdown([
      runs(['costs $5, ', {}], [String.raw`\frac{a}{b}`, { math: true }], ['!', {}]),
      runs(['a $ b', { math: true }]),
      block('code', 'x^2\n+ y', { language: 'math' }),
      block('code', 'x\n\ny', { language: 'math' }),
    ])
    expect(written).toBe(
      [
        String.raw`costs \$5, $\frac{a}{b}$!`,
        '',
        '$`a $ b`$',
        '',
        '$$\nx^2\n+ y\n$$',
        '',
        '```math\nx\n\ny\n```',
        '',
      ].join('\n'),
    )
  })

  it.each([
    ['a letter before it', 'x', 'a^2', ''],
    ['a letter of two units before it', '\u{1d465}', 'a^2', ''],
    ['a sign of money before it', 'US$', 'a^2', ''],
    ['a Chinese word around it', '设', 'a^2', '为正数'],
    ['a digit behind it', '', 'a^2', '5'],
    ['both', 'x', 'a', '5 and $6'],
    ['signs in it', 'x', 'a $ b', ' y'],
    ['backticks in it', 'x', '`a`', '7'],
    ['all signs in it', 'x', 'a`b$c<d', '7'],
  ])('[PE37] a formula with %s is read back as one', (_, before, source, after) => {
    readMarkdownFormulas()
    const written = writeMarkdown([runs([before, {}], [source, { math: true }], [after, {}])])
    const read = marked.parse(written, { async: false }).replaceAll('<!-- -->', '').trim()
    const html = (text: string) => text.replaceAll('<', '&lt;')
    expect(read).toBe(`<p>${before}<tex-math>${html(source)}</tex-math>${after}</p>`)
  })

  it('[PE38] takes any number of signs and lines', () => {
    const many = 'a`'.repeat(200_000)
    expect(writeMarkdown([runs([many, { code: true }])])).toBe(`\`\` ${many} \`\`\n`)
    expect(writeMarkdown([block('code', many)])).toBe(`\`\`\`\n${many}\n\`\`\`\n`)
  })

  it('[PE16] nests lists, and separates blocks by lines', () => {
    const written = writeMarkdown([
      block('heading', 'Plan', { level: 2 }),
      paragraph('one\ntwo'),
      block('bullet', 'a'),
      block('number', 'b', { indent: 1, start: 3 }),
      block('number', 'c', { indent: 1 }),
      block('paragraph', 'within c', { indent: 2 }),
      block('task', 'done', { checked: true }),
      block('quote', 'said'),
      block('quote', 'and said'),
      block('code', 'let a = `b`', { language: 'js' }),
      { type: 'rule', attributes: {}, content: [] },
    ])
    expect(written).toBe(
      [
        '## Plan',
        '',
        'one\\',
        'two',
        '',
        '- a',
        '  3. b',
        '  4. c',
        '',
        '     within c',
        '',
        '- [x] done',
        '',
        '> said',
        '>',
        '> and said',
        '',
        '```js',
        'let a = `b`',
        '```',
        '',
        '---',
        '',
      ].join('\n'),
    )
  })

  it.each([
    [runs(['a ', {}], ['b ', { bold: true }], ['c', { bold: true, italic: true }]), 'a **b *c***'],
    [runs(['所以', {}], ['“重点”', { bold: true }], ['是', {}]), '所以<strong>“重点”</strong>是'],
    [runs(['a', {}], [' b ', { strike: true }], ['c', {}]), 'a ~~b~~ c'],
    [runs(['x', { code: true, bold: true }]), '**`x`**'],
    [runs(['`', { code: true }]), '`` ` ``'],
    [runs(['u', { underline: true }], ['h', { highlight: 'red' }]), '<u>u</u><mark>h</mark>'],
    [runs(['site', { link: 'https://example.com/a_(b)' }]), '[site](<https://example.com/a_(b)>)'],
    [
      paragraph('# no *head* a_b _c_ <i> [x] &amp; 5 < 6'),
      '\\# no \\*head\\* a_b \\_c\\_ \\<i> \\[x\\] \\&amp; 5 \\< 6',
    ],
    [paragraph('1. no list'), '1\\. no list'],
    [paragraph('- no list'), '\\- no list'],
    [paragraph('---'), '\\---'],
  ])('[PE16] writes marks, and nothing that is read as one (%#)', (given, right) => {
    expect(writeMarkdown([given])).toBe(`${right}\n`)
  })

  it('[PE16] gives a table a head, and keeps its lines whole', () => {
    const cells = [[[paragraph('a|b')], [paragraph('1'), paragraph('2\n3')]]]
    const table = { id: 't', rows: ['0'], columns: ['0', '1'], cells }
    const page = (attributes: Block['attributes']): string =>
      writeMarkdown([{ type: 'table', attributes, content: [], table }])
    expect(page({ header: true })).toBe('| a\\|b | 1<br>2<br>3 |\n| --- | --- |\n')
    expect(page({})).toBe('|  |  |\n| --- | --- |\n| a\\|b | 1<br>2<br>3 |\n')
  })
})

describe('a file of text', () => {
  it.each([
    ['UTF-8', new TextEncoder().encode('\uFEFF表 a'), '表 a'],
    ['UTF-16', new Uint8Array([0xff, 0xfe, 0x68, 0x88, 0x61, 0]), '表a'],
    ['UTF-16 BE', new Uint8Array([0xfe, 0xff, 0x88, 0x68]), '表'],
    ['GB18030', new Uint8Array([0xb1, 0xed, 0x61]), '表a'],
    ['bytes', new Uint8Array([0x50, 0x4b, 0, 1]), undefined],
  ])('[PE17] is read in %s', (_name, bytes, right) => {
    expect(decode(bytes)).toBe(right)
  })
})
