import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { joinRoom, type Json } from '@whereabouts/client'
import { encodeStateAsUpdate, XmlElement, XmlText, Map as YMap, type Doc } from 'yjs'
import { launchChromium } from '../chromium.js'
import { until } from '../client/until.js'
import { startServer, type RunningServer } from '../servers/standalone.js'
import { Line } from './line.js'
import { fetchDocument, OfficeWindow, postDocument } from './office-window.js'

const ann = { name: 'Ann', color: '#e11d48' }
const bob = { name: 'Bob', color: '#1d4ed8' }
// One red pixel.
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=='

let server: RunningServer
let browser: Browser
let rooms = 0

beforeAll(async () => {
  server = await startServer()
  browser = await launchChromium()
})

afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

const newRoom = () => `page-${(rooms += 1)}`

interface OpenOptions {
  readonly baseUrl?: string
  readonly search?: string
  readonly width?: number
}

async function open(
  room: string,
  person: typeof ann,
  { baseUrl = server.baseUrl, search = '', width = 1_200 }: OpenOptions = {},
): Promise<OfficeWindow> {
  const path = `/pages/${room}${search}`
  const window = await OfficeWindow.open(browser, { baseUrl, path, person, width })
  await window.untilOpen()
  return window
}

const type = async (window: OfficeWindow, text: string) => {
  await window.text.focus()
  await window.page.keyboard.type(text)
}
const press = (window: OfficeWindow, key: string) => window.page.keyboard.press(key)
const reads = (window: OfficeWindow, text: string | RegExp) =>
  expect.poll(() => window.written(), { timeout: 15_000 }).toMatch(text)

type Attributes = { readonly [attribute: string]: unknown }

/** An element as any program may write it. */
function element(
  name: string,
  attributes: Attributes = {},
  ...children: (XmlElement | XmlText)[]
): XmlElement {
  const made = new XmlElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value as string)
  made.insert(0, children)
  return made
}

/** A page of a heading and many paragraphs, and then another heading. */
function writeLongPage(doc: Doc): void {
  const blocks = Array.from({ length: 80 }, (_, at) => {
    const isHeading = at === 0 || at === 60
    const text = new XmlText(isHeading ? `Part ${at}` : `Line ${at}`)
    return isHeading ? element('heading', { level: 1 }, text) : element('paragraph', {}, text)
  })
  doc.getXmlFragment('page').insert(0, blocks)
}

describe('a page in two windows', () => {
  it('[PG1 PG6 PG10] shows what the other types, where, under name and color', async () => {
    const room = newRoom()
    await using anns = await open(room, ann)
    await using bobs = await open(room, bob)
    await type(anns, 'Hello ')
    await reads(bobs, /^Hello $/)
    await bobs.text.focus()
    await press(bobs, 'Control+End')
    await bobs.page.keyboard.type('world')
    await reads(anns, /^Hello world$/)
    await anns.caret('Bob').waitFor()
    const colorOf = () =>
      anns.caret('Bob').evaluate((caret) => getComputedStyle(caret).borderLeftColor)
    expect(await colorOf()).toBe('rgb(29, 78, 216)')
    await press(bobs, 'Shift+Control+Home')
    await expect.poll(() => anns.text.locator('.selected-by').textContent()).toBe('Hello world')

    await bobs.page.getByRole('button', { name: /\(you\)/ }).click()
    await bobs.page.getByRole('textbox', { name: 'Name' }).fill('<i>Bobby')
    await bobs.page.getByLabel('Violet').check()
    await press(bobs, 'Enter')
    await anns.caret('<i>Bobby').waitFor()
    expect(await colorOf()).toBe('rgb(124, 58, 237)')
    // The keyboard is elsewhere, and the caret where it was.
    await bobs.title.fill('Greetings')
    await press(bobs, 'Enter')
    await expect.poll(() => anns.title.inputValue()).toBe('Greetings')
    await anns.avatar('<i>Bobby, in paragraph 1').waitFor()
    expect(await anns.caret('<i>Bobby').count()).toBe(1)
    await bobs[Symbol.asyncDispose]()
    await anns.caret('<i>Bobby').waitFor({ state: 'detached' })
    expect(anns.complaints).toEqual([])
  })

  it('[PG6 PG16] has headings, marks, lists, tasks, quotes and code, by tool, key and as one types', async () => {
    const room = newRoom()
    await using anns = await open(room, ann)
    await using bobs = await open(room, bob)
    await type(anns, '# Budget\nWe have **much** of ')
    await press(anns, 'Control+i')
    await anns.page.keyboard.type('it')
    await press(anns, 'Control+i')
    await anns.page.keyboard.type('\n- one\ntwo\n\n')
    await anns.tool('Numbered list').click()
    await anns.page.keyboard.type('first\n\n')
    await anns.tool('Task list').click()
    await anns.page.keyboard.type('to do\n\n')
    await anns.page.keyboard.type('> quoted\n\n')
    await anns.tool('Line across').click()
    await anns.page.keyboard.type('```js ')
    await anns.page.keyboard.type('let a')
    const html = () => bobs.text.evaluate((text) => text.innerHTML)
    for (const part of [
      '<h1>Budget</h1>',
      'We have <strong>much</strong> of <em>it</em>',
      '<ul><li><p>one</p></li><li><p>two</p></li></ul>',
      '<ol><li><p>first</p></li></ol>',
      '<blockquote><p>quoted</p></blockquote>',
      '<hr',
      '<pre><code class="language-js">let a',
    ]) {
      await expect.poll(html).toContain(part)
    }
    await bobs.text.getByRole('checkbox').check()
    await expect.poll(() => anns.text.getByRole('checkbox').isChecked()).toBe(true)
    await anns.text.locator('h1').click()
    await expect
      .poll(() => anns.page.getByLabel('Style of the paragraph').inputValue())
      .toBe('heading1')
    await anns.page.getByLabel('Style of the paragraph').selectOption('Heading 2')
    await bobs.text.locator('h2').waitFor()
    expect([...anns.complaints, ...bobs.complaints]).toEqual([])
  })

  it('[PG6] keeps what is switched on while the other writes', async () => {
    const room = newRoom()
    await using anns = await open(room, ann)
    await using bobs = await open(room, bob)
    await type(anns, 'Ann is ')
    await press(anns, 'Control+b')
    await expect.poll(() => anns.tool('Bold').getAttribute('aria-pressed')).toBe('true')
    await reads(bobs, /^Ann is $/)
    await bobs.text.focus()
    await press(bobs, 'Control+Home')
    await bobs.page.keyboard.type('Bob and ')
    await reads(anns, /^Bob and Ann is $/)
    await anns.page.keyboard.type('bold')
    await bobs.text.locator('strong', { hasText: 'bold' }).waitFor()
    await reads(bobs, /^Bob and Ann is bold$/)
  })

  it('[PG6] has tables, with rows and columns to add and to take away', async () => {
    const room = newRoom()
    await using anns = await open(room, ann)
    await using bobs = await open(room, bob)
    await anns.text.focus()
    await anns.tool('Table').click()
    await anns.page.keyboard.type('Name')
    await press(anns, 'Tab')
    await anns.page.keyboard.type('Sum')
    const size = async () => {
      const table = bobs.text.getByRole('table')
      const [rows, heads] = [table.locator('tr'), table.locator('th')]
      return `${await rows.count()} rows, ${await heads.count()} heads`
    }
    await expect.poll(size).toBe('3 rows, 3 heads')
    await bobs.text.getByText('Name').waitFor()
    await anns.tool('Row below').click()
    await anns.tool('Column right').click()
    await expect.poll(size).toBe('4 rows, 4 heads')
    await anns.tool('Delete row').click()
    await anns.tool('Delete column').click()
    await anns.tool('Delete column').click()
    await expect.poll(size).toMatch(/^3 rows/)
    await anns.tool('Delete table').click()
    await expect.poll(() => bobs.text.getByRole('table').count()).toBe(0)
    expect([...anns.complaints, ...bobs.complaints]).toEqual([])
  })

  it('[PG9 PG16] has links, which lead to the web and to mailboxes alone', async () => {
    const room = newRoom()
    await using anns = await open(room, ann)
    await using bobs = await open(room, bob)
    await type(anns, 'see the site')
    await press(anns, 'Shift+Control+ArrowLeft')
    await expect.poll(() => bobs.text.locator('.selected-by').textContent()).toBe('site')
    await press(anns, 'Control+k')
    await anns.page.keyboard.type('javascript:alert(1)')
    await press(anns, 'Enter')
    await anns.page.getByText('A link to the web or to a mailbox, please.').waitFor()
    await press(anns, 'Control+a')
    await anns.page.keyboard.type('example.com/a')
    await press(anns, 'Enter')
    const link = bobs.text.getByRole('link', { name: 'site' })
    await link.waitFor()
    expect(await link.getAttribute('href')).toBe('https://example.com/a')
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer nofollow')
    expect(await link.getAttribute('target')).toBe('_blank')
    await anns.page.getByRole('link', { name: 'https://example.com/a' }).first().waitFor()
    await anns.page.getByRole('button', { name: 'Remove link' }).click()
    await expect.poll(() => bobs.text.getByRole('link').count()).toBe(0)
    await reads(bobs, /^see the site$/)
    expect(anns.complaints).toEqual([])
  })

  it('[PG13] undoes one’s own edits alone', async () => {
    const room = newRoom()
    await using anns = await open(room, ann)
    await using bobs = await open(room, bob)
    await type(anns, 'from Ann')
    await reads(bobs, /^from Ann$/)
    await bobs.text.focus()
    await press(bobs, 'Control+End')
    await bobs.page.keyboard.type('\nfrom Bob')
    await reads(anns, /^from Ann\nfrom Bob$/)
    await press(anns, 'Control+z')
    await reads(bobs, /^\n?from Bob$/)
    await expect.poll(() => anns.tool('Undo').getAttribute('aria-disabled')).toBe('true')
    await press(anns, 'Control+Shift+z')
    await reads(bobs, /^from Ann\nfrom Bob$/)
    await bobs.tool('Undo').click()
    await reads(anns, /^from Ann(\n)?$/)
  })

  it('[PG11 PG12] goes to where somebody is and stays with them until one acts', async () => {
    const room = newRoom()
    await postDocument(server.baseUrl, room, writeLongPage)
    await using anns = await open(room, ann)
    await using bobs = await open(room, bob)
    await bobs.text.getByText('Line 79').click()
    await anns.avatar('Bob, in “Part 60”').click()
    await anns.page.getByText('Following Bob').waitFor()
    const isSeen = () =>
      anns.caret('Bob').evaluate((caret) => {
        const { top, bottom } = caret.getBoundingClientRect()
        const frame = caret.closest('.scroller')!.getBoundingClientRect()
        return top >= frame.top && bottom <= frame.bottom
      })
    await expect.poll(isSeen).toBe(true)
    await press(bobs, 'Control+Home')
    await anns.avatar('Bob, in “Part 0”').waitFor()
    await expect.poll(isSeen).toBe(true)
    await anns.text.hover()
    await anns.page.mouse.wheel(0, 200)
    await anns.page.getByText('Following Bob').waitFor({ state: 'detached' })
    await press(bobs, 'Control+End')
    await anns.avatar('Bob, in “Part 60”').waitFor()
    // The caret is drawn after the avatar says so.
    await expect.poll(isSeen).toBe(false)

    await anns.avatar('Bob').click()
    await expect.poll(isSeen).toBe(true)
    await anns.avatar('Bob').click()
    await anns.page.getByText('Following Bob').waitFor({ state: 'detached' })
    await anns.avatar('Bob').click()
    await press(anns, 'Escape')
    await anns.page.getByText('Following Bob').waitFor({ state: 'detached' })
    await anns.avatar('Bob').click()
    await bobs[Symbol.asyncDispose]()
    await anns.page.getByText('Following Bob').waitFor({ state: 'detached' })
    expect(anns.complaints).toEqual([])
  })
})

describe('images', () => {
  /** Pastes a file, made up in the window. */
  const paste = (window: OfficeWindow, file: { type: string; bytes: number; name: string }) =>
    window.text.evaluate(
      async (text, { type, bytes, name, png }) => {
        const start = Uint8Array.from(atob(png), (character) => character.charCodeAt(0))
        const content = new Uint8Array(Math.max(bytes, start.length))
        content.set(start)
        const clipboardData = new DataTransfer()
        clipboardData.items.add(new File([content], name, { type }))
        text.dispatchEvent(
          new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
        )
      },
      { ...file, png: PNG },
    )

  it('[PG8] are pasted, into the document itself', async () => {
    const room = newRoom()
    await using anns = await open(room, ann)
    await using bobs = await open(room, bob)
    await type(anns, 'Look:')
    await paste(anns, { type: 'image/png', bytes: 0, name: 'red.png' })
    const image = bobs.text.locator('img[src^="data:"]')
    await image.waitFor()
    expect(await image.getAttribute('src')).toBe(`data:image/png;base64,${PNG}`)
    expect(await image.getAttribute('alt')).toBe('red.png')
    expect(await image.evaluate((one) => (one as HTMLImageElement).naturalWidth)).toBe(1)
    expect([...anns.complaints, ...bobs.complaints]).toEqual([])
  })

  it('[PG8] are dropped where they are to be, and taken along from elsewhere only as files', async () => {
    const room = newRoom()
    await postDocument(server.baseUrl, room, writeLongPage)
    await using anns = await open(room, ann)
    await anns.text.getByText('Line 2', { exact: true }).evaluate((line, png) => {
      const content = Uint8Array.from(atob(png), (character) => character.charCodeAt(0))
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File([content], 'red.png', { type: 'image/png' }))
      const { left, bottom } = line.getBoundingClientRect()
      const at = { clientX: left + 5, clientY: bottom - 2, bubbles: true, cancelable: true }
      line.dispatchEvent(new DragEvent('drop', { dataTransfer, ...at }))
    }, PNG)
    await anns.text.locator('img').waitFor()
    await reads(anns, /Line 1\n(Line 2\n)?\n(Line 2\n)?Line 3/)
    await anns.text.evaluate((text) => {
      const clipboardData = new DataTransfer()
      clipboardData.setData(
        'text/html',
        '<p>from afar<img src="https://elsewhere.invalid/a.png"></p>',
      )
      clipboardData.setData('text/plain', 'from afar')
      text.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
      )
    })
    await anns.notice.filter({ hasText: 'Images of what you pasted stay behind' }).waitFor()
    await reads(anns, /from afar/)
    expect(await anns.text.locator('img').count()).toBe(1)
    expect(anns.complaints).toEqual([])
  })

  it('[PG8] are refused with a notice when too large, or no picture of pixels', async () => {
    await using anns = await open(newRoom(), ann)
    await type(anns, 'Look:')
    await paste(anns, { type: 'image/gif', bytes: 256 * 1024 + 1, name: 'large.gif' })
    await anns.notice
      .filter({ hasText: 'large.gif is too large: an image may have 256 KiB' })
      .waitFor()
    await paste(anns, { type: 'image/svg+xml', bytes: 0, name: 'drawn.svg' })
    await anns.notice.filter({ hasText: 'drawn.svg can’t be put in' }).waitFor()
    await paste(anns, { type: 'image/png', bytes: 21 * 1024 * 1024, name: 'huge.png' })
    await anns.notice.filter({ hasText: 'huge.png is too large' }).waitFor()
    expect(await anns.text.locator('img[src]').count()).toBe(0)
    expect(anns.complaints).toEqual([])
  })

  it('[PG8] are made smaller when they can be', async () => {
    const room = newRoom()
    await using anns = await open(room, ann)
    await anns.text.evaluate(async (text) => {
      const canvas = document.createElement('canvas')
      canvas.width = 900
      canvas.height = 700
      const context = canvas.getContext('2d')!
      const noise = context.createImageData(canvas.width, canvas.height)
      for (let at = 0; at < noise.data.length; at += 1) noise.data[at] = (at * 7919) % 251
      context.putImageData(noise, 0, 0)
      const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
      const clipboardData = new DataTransfer()
      const content = new Uint8Array(400_000)
      content.set(new Uint8Array(await blob!.arrayBuffer()).subarray(0, 400_000))
      clipboardData.items.add(new File([blob!, content], 'noise.png', { type: 'image/png' }))
      text.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
      )
    })
    const image = anns.text.locator('img[src^="data:image/webp"]')
    await image.waitFor()
    const src = (await image.getAttribute('src')) ?? ''
    expect(src.length).toBeLessThan((256 * 1024 * 4) / 3 + 100)
    await anns.untilSaved()
  })

  it('[DO7 PG8] says when the document is full', async () => {
    await using small = await startServer({ maxDocumentBytes: 40_000 })
    const room = newRoom()
    await using anns = await open(room, ann, { baseUrl: small.baseUrl })
    await type(anns, 'Look:')
    await paste(anns, { type: 'image/png', bytes: 60_000, name: 'red.png' })
    await anns.notice.filter({ hasText: 'This page is full' }).waitFor()
    await press(anns, 'Control+z')
    await anns.page.reload()
    await anns.untilOpen()
    await type(anns, 'taken out')
    await anns.untilSaved()
    await reads(anns, /taken out/)
    await expect.poll(() => anns.notice.filter({ hasText: 'full' }).count()).toBe(0)
  })
})

describe('nothing is lost', () => {
  it('[CL14 PG6] what both wrote offline merges', async () => {
    const room = newRoom()
    await using annsLine = await Line.to(server.baseUrl)
    await using bobsLine = await Line.to(server.baseUrl)
    await using anns = await open(room, ann, annsLine)
    await using bobs = await open(room, bob, bobsLine)
    await type(anns, 'both')
    await reads(bobs, /^both$/)
    await Promise.all([anns.untilSaved(), bobs.untilSaved()])
    for (const line of [annsLine, bobsLine]) line.cut()
    for (const { status } of [anns, bobs]) {
      await expect.poll(() => status.textContent()).toBe('Reconnecting…')
    }
    await press(anns, 'Control+Home')
    await anns.page.keyboard.type('Ann, ')
    await bobs.text.focus()
    await press(bobs, 'Control+End')
    await bobs.page.keyboard.type(', Bob')
    expect(await anns.written()).toBe('Ann, both')
    expect(await bobs.written()).toBe('both, Bob')
    await anns.page.getByText('Not saved yet, kept in this browser').waitFor()
    for (const line of [annsLine, bobsLine]) line.mend()
    for (const window of [anns, bobs]) await reads(window, /^Ann, both, Bob$/)
  })

  it('[CL12 PG6] a server that restarts while somebody types, and a reload', async () => {
    const dataDir = await mkdtemp(joinPath(tmpdir(), 'whereabouts-page-'))
    try {
      const settings = { dataDir, secret: 'the same secret before and after' }
      const first = await startServer(settings)
      const room = newRoom()
      await using anns = await open(room, ann, { baseUrl: first.baseUrl })
      await using bobs = await open(room, bob, { baseUrl: first.baseUrl })
      const typing = type(anns, 'The quick brown fox jumps over the lazy dog, again and again. ')
      await reads(bobs, /quick/)
      await Promise.all([typing, first.stop()])
      await anns.page.keyboard.type('And now.')
      await using second = await startServer(settings, Number(new URL(first.baseUrl).port))
      const all = /^The quick brown fox jumps over the lazy dog, again and again\. And now\.$/
      await reads(bobs, all)
      await anns.untilSaved()
      await anns.page.reload()
      await anns.untilOpen()
      await reads(anns, all)
      // Where one was before, to write on.
      await anns.page.keyboard.type(' Again.')
      await reads(bobs, /again\. And now\. Again\.$/)
      const stored = await fetchDocument(second.baseUrl, room)
      expect(stored.getXmlFragment('page').toJSON()).toContain('And now.')
    } finally {
      await rm(dataDir, { recursive: true, force: true })
    }
  })
})

describe('what strangers write', () => {
  /** A document as no client of ours would write it. */
  async function postHostile(room: string): Promise<void> {
    await postDocument(server.baseUrl, room, (doc) => {
      const text = (content: string, marks: object = {}) => {
        const made = new XmlText()
        made.insert(0, content, marks)
        return made
      }
      const withEmbed = new XmlText('before and after')
      withEmbed.insertEmbed(6, { image: 'https://elsewhere.invalid/a.png' })
      let deep = element('paragraph', {}, text('too deep'))
      for (let depth = 0; depth < 500; depth += 1) deep = element('blockquote', {}, deep)
      const span = { colspan: 1_000_000_000, rowspan: -1, colwidth: 'x' }
      doc
        .getXmlFragment('page')
        .insert(0, [
          element('paragraph', { onclick: 'alert(1)' }, text('known')),
          element('paragraph', {}, text('linked', { link: { href: 'javascript:alert(1)' } })),
          element('paragraph', {}, text('marked', { sparkle: { onclick: 'x' }, bold: {} })),
          element('script', {}, text('alert(1)')),
          element('iframe', { src: 'javascript:alert(1)' }),
          element('__proto__', { a: 1 }),
          element('paragraph', {}, element('widget'), text('beside a widget')),
          element('image', { src: 'data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+' }),
          element('image', { src: 'https://elsewhere.invalid/a.png', onerror: 'alert(1)' }),
          element('heading', { level: 99, style: 'x' }, text('a heading')),
          element(
            'table',
            {},
            element('tableRow', {}, element('tableCell', span, element('paragraph'))),
          ),
          element('paragraph', {}, withEmbed),
          deep,
        ])
      doc.getMap('about').set('title', new YMap())
    })
    // The same root, as one of another kind: values that are no elements.
    await postDocument(server.baseUrl, room, (doc) => {
      doc.getArray('page').push([7, 'text', null, { a: 1 }, new YMap(), new XmlText('loose')])
    })
  }

  it('[PG7 PG8 PG9] is shown as far as it is known, runs nothing, and stays', async () => {
    const room = newRoom()
    await postHostile(room)
    await using anns = await open(room, ann)
    const dialogs: string[] = []
    anns.page.on('dialog', (dialog) => {
      dialogs.push(dialog.message())
      void dialog.dismiss()
    })
    await reads(anns, /known\nlinked\nmarked/)
    await reads(anns, /before and after/)
    expect(await anns.text.locator('a, script, iframe').count()).toBe(0)
    expect(await anns.text.locator('img[src]').count()).toBe(0)
    expect(await anns.text.locator('[onclick], [onerror]').count()).toBe(0)
    expect(await anns.text.locator('h3', { hasText: 'a heading' }).count()).toBe(1)
    expect(await anns.text.locator('td').getAttribute('colspan')).not.toBe('1000000000')
    expect(await anns.text.getByText('Something is here').count()).toBe(4)
    await anns.text.getByText('marked').click()

    await using bobs = await open(room, bob)
    await bobs.text.getByText('known', { exact: true }).click()
    await press(bobs, 'End')
    await bobs.page.keyboard.type(' and edited')
    await reads(anns, /known and edited/)
    await bobs.untilSaved()
    await postDocument(server.baseUrl, room, (doc) => {
      const late = new XmlElement('paragraph')
      late.insert(0, [new XmlText('written later')])
      doc.getXmlFragment('page').insert(0, [late, new XmlElement('object')])
    })
    await postDocument(server.baseUrl, room, (doc) => doc.getArray('page').insert(0, [7, {}]))
    await reads(anns, /written later/)
    await reads(bobs, /written later/)
    const stored = (await fetchDocument(server.baseUrl, room)).getXmlFragment('page').toJSON()
    for (const kept of ['<script>', '<iframe', '<widget>', '<object>', 'sparkle', 'javascript:']) {
      expect(stored).toContain(kept)
    }
    expect(dialogs).toEqual([])
    expect([...anns.complaints, ...bobs.complaints]).toEqual([])
  })

  it('[PG10] cursors that are none are nowhere, and break nothing', async () => {
    const room = newRoom()
    await using anns = await open(room, ann)
    await type(anns, 'text')
    await anns.untilSaved()
    const id = { client: 1, clock: 0 }
    const at = (fields: object): Json => ({
      type: null,
      tname: 'page',
      item: null,
      assoc: 0,
      ...fields,
    })
    const strange: Json[] = [
      5,
      'x',
      { anchor: null, head: null },
      { anchor: 5, head: 'x' },
      { anchor: {}, head: {} },
      { anchor: at({ tname: 'about' }), head: at({ tname: '__proto__' }) },
      { anchor: at({ item: { client: -1, clock: 1e300 } }), head: at({ item: 'x' }) },
      { anchor: at({ item: id, type: id }), head: at({ tname: null, item: id }) },
      { anchor: at({ type: { client: 'a', clock: [] } }), head: at({ assoc: {} }) },
    ]
    const guests = strange.map((cursor, index) =>
      joinRoom({
        url: server.baseUrl,
        room,
        user: { name: `Stranger${index}` },
        location: { clientID: 1_000 + index, cursor },
      }),
    )
    await Promise.all(
      guests.map((guest) => until(guest, ({ others }) => others.length === strange.length)),
    )
    await expect.poll(() => anns.page.locator('.avatar.more').count()).toBe(1)
    await type(anns, ' goes on')
    await using bobs = await open(room, bob)
    await reads(bobs, /goes on/)
    await anns.avatar('Stranger0').click()
    expect([...anns.complaints, ...bobs.complaints]).toEqual([])
    await Promise.all(guests.map((guest) => guest.leave()))
  })

  it('[PG14] is read by who watches without a change to it', async () => {
    const room = newRoom()
    await postHostile(room)
    const before = encodeStateAsUpdate(await fetchDocument(server.baseUrl, room))
    await using bobs = await open(room, bob, { search: '?watch=1' })
    await reads(bobs, /known/)
    expect(await bobs.text.getAttribute('contenteditable')).toBe('false')
    expect(await bobs.page.getByRole('toolbar').count()).toBe(0)
    expect(await bobs.title.isEditable()).toBe(false)
    await bobs.text.getByText('known', { exact: true }).click()
    await bobs.page.keyboard.type('not written')
    expect(await bobs.written()).not.toContain('not written')
    expect(encodeStateAsUpdate(await fetchDocument(server.baseUrl, room))).toEqual(before)

    await using anns = await open(room, ann)
    await anns.text.getByText('known', { exact: true }).click()
    await press(anns, 'End')
    await anns.page.keyboard.type(' to all')
    await reads(bobs, /known to all/)
    await bobs.caret('Ann').waitFor()
    await bobs.page.getByRole('button', { name: 'Join' }).click()
    await bobs.page.getByRole('toolbar').waitFor()
    await bobs.text.getByText('known to all').click()
    await press(bobs, 'End')
    await bobs.page.keyboard.type(' of us')
    await reads(anns, /known to all of us/)
    expect([...anns.complaints, ...bobs.complaints]).toEqual([])
  })
})

describe('the page by keyboard, and on a phone', () => {
  it('[PG16] goes to the tools, the people and back to the text', async () => {
    const room = newRoom()
    await using anns = await open(room, ann)
    await using bobs = await open(room, bob)
    await type(bobs, 'Bob')
    await reads(anns, /^Bob$/)
    await anns.caret('Bob').waitFor()
    await press(anns, 'Tab')
    const focused = () =>
      anns.page.evaluate(() => document.activeElement?.getAttribute('aria-label'))
    await anns.text.focus()
    await press(anns, 'Control+End')
    await press(anns, 'Shift+Tab')
    await expect.poll(focused).toBe('Undo')
    for (let stop = 0; stop < 3; stop += 1) await press(anns, 'ArrowRight')
    await expect.poll(focused).toBe('Bold')
    await press(anns, 'Enter')
    await expect.poll(focused).toBe('Page')
    await anns.page.keyboard.type(' bold')
    await expect.poll(() => anns.tool('Bold').getAttribute('aria-pressed')).toBe('true')
    await bobs.text.locator('strong', { hasText: 'bold' }).waitFor()
    await press(anns, 'Shift+Tab')
    await expect.poll(focused).toBe('Bold')
    await press(anns, 'Escape')
    await expect.poll(focused).toBe('Page')
    await press(anns, 'F6')
    await expect.poll(focused).toBe('Bob, in paragraph 1')
    await press(anns, 'Enter')
    await anns.page.getByText('Following Bob').waitFor()
    await press(anns, 'F6')
    await expect.poll(focused).toBe('Page')
    expect(anns.complaints).toEqual([])
  })

  it('[PG16] has nothing beyond the edge of a narrow window', async () => {
    const room = newRoom()
    await postDocument(server.baseUrl, room, writeLongPage)
    await using anns = await open(room, ann, { width: 400 })
    await anns.text.getByText('Line 3', { exact: true }).click()
    await press(anns, 'End')
    await anns.page.keyboard.type('x'.repeat(200))
    const beyond = () => anns.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(await beyond()).toBeLessThanOrEqual(0)
    await anns.tool('Table').click()
    await anns.text.getByRole('table').waitFor()
    expect(await beyond()).toBeLessThanOrEqual(0)
    await anns.tool('Delete table').click()
    await anns.text.getByRole('table').waitFor({ state: 'detached' })
  })
})
