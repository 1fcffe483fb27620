import { readFile } from 'node:fs/promises'
import { strToU8, zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { Map as YMap, type Doc } from 'yjs'
import { atNight } from '../at-night.js'
import { fetchDocument, postDocument, type OfficeWindow } from './office-window.js'
import { addBlock, ann, outline, Pages, PNG, press, reads } from './pages.js'
import { item, para, run, wordFile } from './word-files.js'

const pages = new Pages()

async function saved(window: OfficeWindow) {
  const coming = window.page.waitForEvent('download')
  await window.page.getByRole('button', { name: 'File' }).click()
  await window.page.getByRole('menuitem', { name: 'Save as Word' }).click()
  const download = await coming
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) }
}

async function insert(window: OfficeWindow, name: string, content: Uint8Array): Promise<void> {
  const file = { name, mimeType: '', buffer: Buffer.from(content) }
  await window.page.locator('#insert-file').setInputFiles(file)
}

/** Returns the blocks of a flow, and within them those of the cells of tables, without ids. */
function contentOf(doc: Doc, name = 'text'): unknown {
  const delta = doc.getText(name).toDelta() as readonly { readonly insert: unknown }[]
  return delta.map(({ insert: piece, ...rest }) => {
    if (!(piece instanceof YMap)) return { piece, ...rest }
    const { table, ...fields } = piece.toJSON() as {
      readonly table?: string
      readonly type?: string
    }
    // A paragraph needn't say its type.
    const kind = { type: 'paragraph', ...fields }
    return table === undefined ? kind : { ...kind, table: tableOf(doc, table) }
  })
}

function tableOf(doc: Doc, id: string): unknown {
  const entries = Object.entries(doc.getMap('tables').toJSON())
    .filter(([key]) => key.startsWith(`${id}/`) && key !== `${id}/place`)
    .map(([key, value]) => [key.slice(id.length + 1), value])
  const cells = [...doc.share.keys()]
    .filter((key) => key.startsWith(`cell:${id}:`))
    .map((key) => [key.slice(`cell:${id}:`.length), contentOf(doc, key)])
  const byKey = Object.fromEntries([...entries, ...cells])
  return byKey
}

const IMAGE = `data:image/png;base64,${PNG}`

/** Writes each kind of block once. */
function writeAll(doc: Doc): void {
  const marks = [
    { bold: true },
    { italic: true, strike: true },
    { underline: true },
    { code: true },
    { color: 'red' },
    { highlight: 'green', bold: true },
    { link: { href: 'https://example.com/a?b=1&c' } },
  ]
  const page = doc.getText('text')
  for (const [at, mark] of marks.entries()) page.insert(page.length, `m${at}`, mark)
  addBlock(doc, ' <&>\tand\n  next', { type: 'paragraph' })
  for (const level of [1, 2, 3, 4, 5, 6]) addBlock(doc, `H${level}`, { type: 'heading', level })
  addBlock(doc, 'a', { type: 'bullet' })
  addBlock(doc, 'b', { type: 'number', indent: 1 })
  addBlock(doc, 'c', { type: 'number', indent: 1 })
  addBlock(doc, 'within', { type: 'paragraph', indent: 2 })
  addBlock(doc, 'd', { type: 'number', indent: 1 })
  addBlock(doc, 'e', { type: 'bullet' })
  addBlock(doc, 'f', { type: 'number', indent: 1 })
  addBlock(doc, 'deep', { type: 'bullet', indent: 8 })
  addBlock(doc, 'one', { type: 'number' })
  addBlock(doc, 'five', { type: 'number', start: 5 })
  addBlock(doc, 'six', { type: 'number' })
  addBlock(doc, 'to do', { type: 'task' })
  addBlock(doc, 'done', { type: 'task', checked: true, indent: 1 })
  addBlock(doc, 'folds', { type: 'toggle' })
  addBlock(doc, 'said', { type: 'quote' })
  addBlock(doc, 'note', { type: 'callout' })
  addBlock(doc, 'careful', { type: 'callout', tone: 'warning' })
  addBlock(doc, 'let a\n\tb  = 1', { type: 'code', language: 'c++' })
  addBlock(doc, 'plain', { type: 'code' })
  addBlock(doc, 'next to it', { type: 'code' })
  addBlock(doc, '', { type: 'rule' })
  addBlock(doc, '', { type: 'paragraph' })
  addBlock(doc, 'middle', { type: 'paragraph', align: 'center' })
  addBlock(doc, 'at the end', { type: 'heading', level: 2, align: 'end' })
  addBlock(doc, 'even', { type: 'paragraph', align: 'justify' })
  addBlock(doc, 'مرحبا بالعالم', { type: 'paragraph' })
  addBlock(doc, '中文，“引号”', { type: 'paragraph' })
  addBlock(doc, '', { type: 'image', src: IMAGE, alt: 'red', title: 'A dot' })
  addBlock(doc, '', { type: 'image', src: IMAGE, width: 40 })
  const tables = doc.getMap('tables')
  for (const [table, count] of Object.entries({ t1: 2, t2: 1 })) {
    tables.set(`${table}/rows`, 2)
    tables.set(`${table}/columns`, count)
    addBlock(doc, '', { type: 'table', table, ...(table === 't1' && { header: true }) })
  }
  tables.set('t1/columns/1/size', 120)
  tables.set('t1/fill/1/0', 'yellow')
  const cell = doc.getText('cell:t1:1:0')
  cell.insert(0, 'bold', { bold: true })
  cell.insertEmbed(4, new YMap(Object.entries({ type: 'paragraph' })))
  cell.insert(5, 'item')
  cell.insertEmbed(9, new YMap(Object.entries({ type: 'bullet' })))
  addBlock(doc, 'end', { type: 'paragraph' })
}

describe('a page as a file of Word', () => {
  atNight('[PE24 PE25] gives the same page again', async () => {
    const room = pages.newRoom()
    await postDocument(pages.baseUrl, room, writeAll)
    await using anns = await pages.open(room, ann)
    await anns.title.fill('Plan: 1')
    await press(anns, 'Enter')
    const { name, bytes } = await saved(anns)
    expect(name).toBe('Plan- 1.docx')
    const other = pages.newRoom()
    await using others = await pages.open(other, ann)
    await insert(others, name, bytes)
    await reads(others, /end$/)
    await expect.poll(() => outline(others)).toEqual(['# Plan: 1', ...(await outline(anns))])
    await expect
      .poll(async () => contentOf(await fetchDocument(pages.baseUrl, other)))
      .toEqual([
        { piece: 'Plan: 1' },
        { type: 'heading', level: 1 },
        ...(contentOf(await fetchDocument(pages.baseUrl, room)) as readonly unknown[]),
      ])
    await press(others, 'Control+z')
    await reads(others, /^$/)
    expect([...anns.complaints, ...others.complaints]).toEqual([])
  })

  it('[PE25] is read as Word writes it', async () => {
    await using anns = await pages.open(pages.newRoom(), ann)
    const style = (id: string) => `<w:pStyle w:val="${id}"/>`
    const field = (type: string) => `<w:r><w:fldChar w:fldCharType="${type}"/></w:r>`
    const cell = (content: string, properties = '') =>
      `<w:tc><w:tcPr>${properties}</w:tcPr>${content}</w:tc>`
    const box = `<w:drawing><wps:txbx><w:txbxContent>${para(run('boxed'))}</w:txbxContent></wps:txbx></w:drawing>`
    const body = [
      para(run('Part'), style('mine')),
      para(run('loop'), style('loop')),
      para(run('Outlined'), '<w:outlineLvl w:val="8"/>'),
      para(
        run('strong', '<w:rStyle w:val="s"/>') +
          run(' not', '<w:rStyle w:val="s"/><w:b w:val="0"/>'),
      ),
      para(run('b'), item(1)),
      para(run('styled'), style('ListBullet2')),
      para(run('one'), item(2)),
      para(run('two'), item(2)),
      para('', ''),
      para(run('three'), item(2)),
      para(run('again'), item(3)),
      para(`<w:ins>${run('in')}</w:ins><w:del><w:r><w:delText>out</w:delText></w:r></w:del>`),
      para(run('joined '), '<w:rPr><w:del/></w:rPr>') + para(run('lines')),
      para(`<w:hyperlink r:id="r1">${run('good', '<w:u w:val="single"/>')}</w:hyperlink>`),
      para(`<w:hyperlink r:id="r2">${run('bad')}</w:hyperlink>`),
      para(
        `${field('begin')}<w:r><w:instrText> HYPERLINK "https://b.example/" </w:instrText></w:r>${field('separate')}${run('field')}${field('end')}`,
      ),
      para(`<w:sdt><w:sdtContent>${run('☒ ticked')}</w:sdtContent></w:sdt>`),
      para(run('hidden', '<w:vanish/>') + run('a') + '<w:r><w:tab/><w:br/></w:r>' + run('z')),
      para('<w:r><w:footnoteReference w:id="1"/></w:r>' + run('noted')),
      para(
        `<w:r><mc:AlternateContent><mc:Choice Requires="wps">${box}</mc:Choice><mc:Fallback>${box}</mc:Fallback></mc:AlternateContent></w:r>`,
      ),
      `<w:tbl><w:tr>${cell(para(run('wide')), '<w:gridSpan w:val="2"/>')}${cell(para(run('tall')), '<w:vMerge w:val="restart"/>')}</w:tr>` +
        `<w:tr>${cell(para(run('1')))}${cell(para(run('2')))}${cell(para(''), '<w:vMerge/>')}</w:tr></w:tbl>`,
      para('', '<w:pBdr><w:bottom w:val="single"/></w:pBdr>'),
      para('<w:r><w:drawing/></w:r>'),
      para(run('end')),
    ].join('')
    const targets = [
      { type: 'hyperlink', target: 'https://a.example/' },
      { type: 'hyperlink', target: 'javascript:alert(1)' },
    ] as const
    await insert(anns, 'word.docx', wordFile(body, targets))
    await expect
      .poll(() => outline(anns))
      .toEqual([
        '## Part',
        'loop',
        '###### Outlined',
        '**strong** not',
        '- b',
        '  - styled',
        '1. one',
        '2. two',
        '',
        '3. three',
        '1. again',
        'in',
        'joined lines',
        '[good](https://a.example/)',
        'bad',
        '[field](https://b.example/)',
        '[x] ticked',
        'a\t\nz',
        'noted',
        'boxed',
        '|wide||tall| |1|2||',
        '---',
        'end',
      ])
    await expect
      .poll(() => anns.notice.textContent())
      .toBe('Not taken in from word.docx: text boxes and shapes and footnotes.')
    expect(anns.complaints).toEqual([])
  })

  it('[PE25] is read as LibreOffice writes it', async () => {
    await using anns = await pages.open(pages.newRoom(), ann)
    const file = new URL('libreoffice-writer.docx', import.meta.url)
    await insert(anns, 'writer.docx', await readFile(file))
    await expect
      .poll(() => outline(anns))
      .toEqual([
        '# Title one',
        'Some **bold** _it_ __u__ ~~s~~ red [link](https://example.com/)\nsecond',
        '- a',
        '  - b',
        '1. x',
        '2. y',
        'between',
        '4. four',
        '> quoted',
        '``` line 1\n  line 2',
        '---',
        '|!**h1**|!**h2**| |wide|| |1|2|',
        'mid',
        'مرحبا',
      ])
    expect(anns.complaints).toEqual([])
  })

  atNight('[PE25] is refused if it isn’t one, and changes nothing', async () => {
    await using anns = await pages.open(pages.newRoom(), ann)
    await anns.text.focus()
    await anns.page.keyboard.type('mine')
    const ole = new Uint8Array(600)
    ole.set([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1])
    const deep = `${'<w:sdt><w:sdtContent>'.repeat(25_000)}${'</w:sdtContent></w:sdt>'.repeat(25_000)}`
    const nested = `${'<w:sdt><w:sdtContent>'.repeat(150)}${'</w:sdtContent></w:sdt>'.repeat(150)}`
    const spaces = ' '.repeat(17 * 1024 * 1024)
    const entities = strToU8(
      '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaa">]><w:document>&a;</w:document>',
    )
    const older =
      'is an older Word document, or protected with a password. Save it as .docx without a password.'
    const damaged = 'isn’t a Word document, or it is damaged. Save it again as .docx.'
    const tooMuch = 'has too much in it for a page. Split it.'
    const addressed = zipSync({
      '_rels/.rels': strToU8(
        '<Relationships><Relationship Id="r" Type="x/officeDocument" Target="%2F%2F%5B"/></Relationships>',
      ),
      constructor: strToU8('x'),
    })
    const files: readonly (readonly [name: string, content: Uint8Array, why: string])[] = [
      ['old.docx', ole, older],
      ['text.docx', strToU8('just text'), damaged],
      ['zip.docx', zipSync({ a: strToU8('a') }), damaged],
      ['cut.docx', wordFile(para(run('cut'))).slice(0, -40), damaged],
      ['broken.docx', wordFile('<w:p>'), damaged],
      ['deep.docx', wordFile(deep), damaged],
      ['nested.docx', wordFile(nested), tooMuch],
      ['entities.docx', wordFile('', [], { 'word/document2.xml': entities }), damaged],
      ['bomb.docx', wordFile('', [], { 'word/media/b.png': new Uint8Array(40_000_000) }), tooMuch],
      ['large.docx', wordFile(`${para(run('x'))}${spaces}`), tooMuch],
      ['long.docx', wordFile('<w:p/>'.repeat(20_001)), tooMuch],
      ['address.docx', addressed, damaged],
    ]
    for (const [name, content, why] of files) {
      await insert(anns, name, content)
      await expect.poll(() => anns.notice.textContent()).toBe(`${name} ${why}`)
    }
    await insert(anns, 'empty.docx', wordFile(''))
    await expect.poll(() => anns.notice.textContent()).toBe('empty.docx has no text.')
    await reads(anns, /^mine$/)
    expect(anns.complaints).toEqual([])
  })

  it('[PE26] with a million of anything is refused or read in seconds', async () => {
    await using anns = await pages.open(pages.newRoom(), ann)
    const many = 40_000
    const rows = `<w:tbl><w:tr>${'<w:tc/>'.repeat(63)}</w:tr>${'<w:tr/>'.repeat(10 * many)}</w:tbl>`
    const marks = `<w:r><w:rPr><w:b/></w:rPr><w:t>a</w:t></w:r>`
    const joined = '<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>a</w:t></w:r></w:p>'
    const begin = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    const tooMuch = 'has too much in it for a page. Split it.'
    const files: readonly (readonly [name: string, content: Uint8Array])[] = [
      ['rows.docx', wordFile(rows)],
      ['joined.docx', wordFile(joined.repeat(many))],
      ['fields.docx', wordFile(`<w:p>${begin.repeat(many)}</w:p>`)],
    ]
    for (const [name, content] of files) {
      await insert(anns, name, content)
      await expect.poll(() => anns.notice.textContent()).toBe(`${name} ${tooMuch}`)
    }
    const styled = `<w:r><w:rPr><w:rStyle w:val="x"/><w:highlight w:val="constructor"/></w:rPr><w:t>a</w:t></w:r>`
    const style = `<w:style w:type="character" w:styleId="x"><w:rPr>${'<w:x/>'.repeat(many)}</w:rPr><w:name w:val="X"/></w:style>`
    const level = `<w:abstractNum w:abstractNumId="0">${'<w:lvl w:ilvl="0"/>'.repeat(many)}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>`
    const main = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main'
    const parts = {
      'word/styles.xml': strToU8(`<w:styles xmlns:w="${main}">${style}</w:styles>`),
      'word/numbering.xml': strToU8(`<w:numbering xmlns:w="${main}">${level}</w:numbering>`),
    }
    const text = para((styled + marks).repeat(5_000)) + para(run('one'), item(1)).repeat(300)
    await insert(anns, 'styles.docx', wordFile(text, [], parts))
    await expect.poll(() => outline(anns), { timeout: 20_000 }).toHaveLength(301)
    expect(await anns.text.locator('mark').count()).toBe(0)
    expect(anns.complaints).toEqual([])
  })
})
