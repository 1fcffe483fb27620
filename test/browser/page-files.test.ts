import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { atNight } from '../at-night.js'
import { postDocument, type OfficeWindow } from './office-window.js'
import { addBlock, ann, bob, outline, Pages, press, reads, type, writeLongPage } from './pages.js'

const pages = new Pages()

const MARKDOWN = [
  '# Plan',
  '',
  'Some **bold**, *italic*, ~~old~~ and `code`, with <u>a line</u> and [a link](https://example.com/).',
  '',
  '- one',
  '  1. deeper',
  '- [x] done',
  '',
  '> said',
  '',
  '```js',
  'let a = "*b*"',
  '```',
  '',
  '---',
  '',
  '| a | b |',
  '| --- | --- |',
  '| 1 | 2\\|3 |',
  '',
].join('\n')
const RIGHT = [
  '# Plan',
  'Some **bold**, _italic_, ~~old~~ and `code`, with __a line__ and [a link](https://example.com/).',
  '- one',
  '  1. deeper',
  '[x] done',
  '> said',
  '``` let a = "*b*"',
  '---',
  '|!a|!b| |1|2|3|',
]

async function choose(window: OfficeWindow, item: string): Promise<void> {
  await window.page.getByRole('button', { name: 'File' }).click()
  await window.page.getByRole('menuitem', { name: item }).click()
}

async function saved(window: OfficeWindow, item: string) {
  const coming = window.page.waitForEvent('download')
  await choose(window, item)
  const download = await coming
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') }
}

async function insert(window: OfficeWindow, name: string, content: string | Uint8Array) {
  const folder = await mkdtemp(join(tmpdir(), 'page-file-'))
  await writeFile(join(folder, name), content)
  await window.page.locator('#insert-file').setInputFiles(join(folder, name))
  return { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

describe('files of a page', () => {
  atNight('[PE16 PE17] are Markdown and HTML that give the same page again', async () => {
    const room = pages.newRoom()
    await using anns = await pages.open(room, ann)
    await anns.title.fill('Year: 2027')
    await press(anns, 'Enter')
    await using first = await insert(anns, 'plan.md', MARKDOWN)
    await expect.poll(() => outline(anns)).toEqual(RIGHT)
    const markdown = await saved(anns, 'Save as Markdown')
    expect(markdown.name).toBe('Year- 2027.md')
    expect(markdown.text.startsWith('# Year: 2027\n\n# Plan\n\nSome **bold**, *italic*')).toBe(true)
    const html = await saved(anns, 'Save as HTML')
    expect(html.name).toBe('Year- 2027.html')
    expect(html.text).toContain('<title>Year: 2027</title>')
    for (const { name, text } of [markdown, html]) {
      await using others = await pages.open(pages.newRoom(), ann)
      await using again = await insert(others, name, text)
      await expect.poll(() => outline(others)).toEqual(['# Year: 2027', ...RIGHT])
      expect(again).toBeDefined()
    }
    expect(first).toBeDefined()
    expect(anns.complaints).toEqual([])
  })

  atNight(
    '[PE17] merge with what others write, are one step, and are refused if they are no text',
    async () => {
      const room = pages.newRoom()
      await using anns = await pages.open(room, ann)
      await using bobs = await pages.open(room, bob)
      await type(anns, 'above\nbelow')
      await reads(bobs, /below$/)
      await press(anns, 'ArrowUp')
      await using text = await insert(anns, 'old.txt', new Uint8Array([0xb1, 0xed, 0x0a, 0x61]))
      for (const window of [anns, bobs]) await reads(window, /^above\n表\na\nbelow$/)
      await press(anns, 'Control+z')
      for (const window of [anns, bobs]) await reads(window, /^above\nbelow$/)
      await using wrong = await insert(anns, 'wrong.md', new Uint8Array([0x50, 0x4b, 0, 1]))
      await expect.poll(() => anns.notice.textContent()).toBe('wrong.md isn’t a text file.')
      await using empty = await insert(anns, 'empty.md', '\n')
      await expect.poll(() => anns.notice.textContent()).toBe('empty.md has no text.')
      await anns.text.evaluate((element) => {
        const dataTransfer = new DataTransfer()
        dataTransfer.items.add(new File(['- dropped'], 'dropped.md'))
        const { left, bottom } = element.lastElementChild!.getBoundingClientRect()
        const at = { clientX: left + 5, clientY: bottom - 4 }
        element.dispatchEvent(new DragEvent('drop', { dataTransfer, ...at, bubbles: true }))
      })
      await expect.poll(() => outline(bobs)).toContain('- dropped')
      await reads(bobs, /above[^]*below/)
      expect([text, wrong, empty]).toHaveLength(3)
      expect([...anns.complaints, ...bobs.complaints]).toEqual([])
    },
  )

  it('[PE16] without a title are called by the room', async () => {
    const room = pages.newRoom()
    await postDocument(pages.baseUrl, room, (doc) => addBlock(doc, 'to read', { type: 'quote' }))
    await using anns = await pages.open(room, ann)
    const { text, name } = await saved(anns, 'Save as Markdown')
    expect([name, text]).toEqual([`${room}.md`, '> to read\n'])
  })

  it('[PE15] are printed whole, without the application', async () => {
    const room = pages.newRoom()
    await postDocument(pages.baseUrl, room, writeLongPage)
    await using anns = await pages.open(room, ann)
    // All three are there before they are looked for: the toolbar comes after the text.
    const tools = anns.page.locator('.bar, .toolbar, .page-footer')
    await expect.poll(() => tools.count()).toBe(3)
    await anns.page.emulateMedia({ media: 'print' })
    const shown = await anns.page.evaluate(() => ({
      height: document.documentElement.scrollHeight,
      text: document.querySelector<HTMLElement>('.text')!.offsetHeight,
      tools: [...document.querySelectorAll<HTMLElement>('.bar, .toolbar, .page-footer')].map(
        ({ offsetHeight }) => offsetHeight,
      ),
    }))
    expect(shown.tools).toEqual([0, 0, 0])
    expect(shown.height).toBeGreaterThanOrEqual(shown.text)
    const pdf = await anns.page.pdf({ format: 'A4' })
    const sheets = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0
    // 80 lines of 37 pixels, on sheets of 987.
    expect(sheets).toBe(4)
  })
})
