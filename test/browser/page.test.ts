import type { RoomAnswer } from '@whereabouts/protocol'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import type { Locator } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { freePort } from '../servers/free-port.js'
import { startServer } from '../servers/standalone.js'
import { atNight } from '../at-night.js'
import { Line } from './line.js'
import { fetchDocument, postDocument } from './office-window.js'
import {
  ann,
  bob,
  goTo,
  outline,
  Pages,
  press,
  reads,
  type,
  untilInText,
  writeLongPage,
} from './pages.js'

const pages = new Pages()

describe('a page in two windows', () => {
  it('[PG1 PG6 PG10] shows the other’s text and caret, with name and color', async () => {
    const room = pages.newRoom()
    await using anns = await pages.open(room, ann)
    await using bobs = await pages.open(room, bob)
    await type(anns, 'Hello ')
    await reads(bobs, /^Hello $/)
    await goTo(bobs)
    await bobs.page.keyboard.type('world')
    await reads(anns, /^Hello world$/)
    await anns.caret('Bob').waitFor()
    const colorOf = () =>
      anns.caret('Bob').evaluate((caret) => getComputedStyle(caret).borderLeftColor)
    await expect.poll(() => colorOf()).toBe('rgb(29, 78, 216)')
    await press(bobs, 'Shift+Control+Home')
    await expect.poll(() => anns.text.locator('.selected-by').textContent()).toBe('Hello world')

    await bobs.page.getByRole('button', { name: /\(you\)/ }).click()
    await bobs.page.getByRole('textbox', { name: 'Name' }).fill('<i>Bobby')
    await bobs.page.getByLabel('Violet').check()
    await press(bobs, 'Enter')
    await anns.caret('<i>Bobby').waitFor()
    await expect.poll(() => colorOf()).toBe('rgb(124, 58, 237)')
    // The keyboard focus has moved, but the caret stays.
    await bobs.title.fill('Greetings')
    await press(bobs, 'Enter')
    await expect.poll(() => anns.title.inputValue()).toBe('Greetings')
    await anns.avatar('<i>Bobby, in paragraph 1').waitFor()
    await expect.poll(() => anns.caret('<i>Bobby').count()).toBe(1)
    await bobs[Symbol.asyncDispose]()
    await anns.caret('<i>Bobby').waitFor({ state: 'detached' })
    expect(anns.complaints).toEqual([])
  })

  it('[CL61] has no member key in any address, also when it closes', async () => {
    const room = pages.newRoom()
    await using bobs = await pages.open(room, bob)
    const anns = await pages.open(room, ann)
    await anns.untilSaved()
    const members = async () => {
      const answer = await fetch(new URL(`/rooms/${room}/location`, bobs.page.url()))
      return ((await answer.json()) as RoomAnswer).members.length
    }
    await expect.poll(members).toBe(2)
    await anns.page.close({ runBeforeUnload: true })
    await expect.poll(members).toBe(1)
    expect(anns.requests.length).toBeGreaterThan(3)
    for (const { url } of [...anns.requests, ...bobs.requests]) expect(url).not.toContain('member=')
    await anns[Symbol.asyncDispose]()
  })

  it('[PG42] a click next to a caret goes into the text, and nothing typed after it is lost', async () => {
    const room = pages.newRoom()
    await using anns = await pages.open(room, ann)
    await using bobs = await pages.open(room, bob)
    await type(anns, 'Hello')
    await bobs.caret('Ann').waitFor()
    await reads(bobs, /^Hello$/)
    await bobs.untilStill()
    // Records each position of the browser's caret after the click, as the next key goes there.
    // Listens before the editor, which corrects a wrong position.
    const visited = await bobs.text.evaluateHandle(() => {
      const elements: (string | undefined)[] = []
      const note = () => {
        elements.push(getSelection()?.anchorNode?.parentElement?.localName)
      }
      addEventListener('selectionchange', note, { capture: true })
      return elements
    })
    const line = bobs.text.locator('p')
    const { width, height } = (await line.boundingBox())!
    await line.click({ position: { x: width - 5, y: height / 2 } })
    await bobs.page.keyboard.type(', world')
    await reads(anns, /^Hello, world$/)
    await reads(bobs, /^Hello, world$/)
    expect(new Set(await visited.jsonValue())).toEqual(new Set(['p']))
  })

  it('[PG6 PG16 PG43] has headings, marks, lists, tasks, quotes and code, by toolbar, shortcut and typing', async () => {
    const room = pages.newRoom()
    await using anns = await pages.open(room, ann)
    await using bobs = await pages.open(room, bob)
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
    await anns.tool('Horizontal line').click()
    await anns.page.keyboard.type('```js ')
    await anns.page.keyboard.type('let a')
    await expect
      .poll(() => outline(bobs))
      .toEqual([
        '# Budget',
        'We have **much** of _it_',
        '- one',
        '- two',
        '1. first',
        '[ ] to do',
        '> quoted',
        '---',
        '``` let a',
      ])
    await bobs.text.locator('pre code.language-js').waitFor()
    await bobs.text.getByRole('checkbox').check()
    await expect.poll(() => anns.text.getByRole('checkbox').isChecked()).toBe(true)
    await anns.text.locator('h1').click()
    await expect.poll(() => anns.page.getByLabel('Paragraph style').inputValue()).toBe('heading1')
    await anns.page.getByLabel('Paragraph style').selectOption('Heading 2')
    await bobs.text.locator('h2').waitFor()
    expect([...anns.complaints, ...bobs.complaints]).toEqual([])
  })

  it('[PG6] keeps active marks while the other writes', async () => {
    const room = pages.newRoom()
    await using anns = await pages.open(room, ann)
    await using bobs = await pages.open(room, bob)
    await type(anns, 'Ann is ')
    await press(anns, 'Control+b')
    await expect.poll(() => anns.tool('Bold').getAttribute('aria-pressed')).toBe('true')
    await reads(bobs, /^Ann is $/)
    await goTo(bobs, 'Control+Home')
    await bobs.page.keyboard.type('Bob and ')
    await reads(anns, /^Bob and Ann is $/)
    await anns.page.keyboard.type('bold')
    await bobs.text.locator('strong', { hasText: 'bold' }).waitFor()
    await reads(bobs, /^Bob and Ann is bold$/)
  })

  atNight('[PG6] has tables, whose rows and columns can be added and removed', async () => {
    const room = pages.newRoom()
    await using anns = await pages.open(room, ann)
    await using bobs = await pages.open(room, bob)
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

  atNight('[PG9 PG16] has links, but only to web and mail addresses', async () => {
    const room = pages.newRoom()
    await using anns = await pages.open(room, ann)
    await using bobs = await pages.open(room, bob)
    await type(anns, 'see the site')
    await reads(bobs, /^see the site$/)
    await anns.untilStill()
    await press(anns, 'Shift+Control+ArrowLeft')
    await expect.poll(() => bobs.text.locator('.selected-by').textContent()).toBe('site')
    await press(anns, 'Control+k')
    await anns.page.keyboard.type('javascript:alert(1)')
    await press(anns, 'Enter')
    await anns.page.getByText('Enter a web or an email address.').waitFor()
    await press(anns, 'Control+a')
    await anns.page.keyboard.type('example.com/a')
    await press(anns, 'Enter')
    const link = bobs.text.getByRole('link', { name: 'site' })
    await link.waitFor()
    await expect.poll(() => link.getAttribute('href')).toBe('https://example.com/a')
    await expect.poll(() => link.getAttribute('rel')).toBe('noopener noreferrer nofollow')
    await expect.poll(() => link.getAttribute('target')).toBe('_blank')
    await anns.page.getByRole('link', { name: 'https://example.com/a' }).first().waitFor()
    await anns.page.getByRole('button', { name: 'Remove link' }).click()
    await expect.poll(() => bobs.text.getByRole('link').count()).toBe(0)
    await reads(bobs, /^see the site$/)
    expect(anns.complaints).toEqual([])
  })

  atNight('[PG13] undoes only one’s own edits', async () => {
    const room = pages.newRoom()
    await using anns = await pages.open(room, ann)
    await using bobs = await pages.open(room, bob)
    await type(anns, 'from Ann')
    await reads(bobs, /^from Ann$/)
    await goTo(bobs)
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

  it('[PG11 PG12] scrolls to a member and follows them until one acts oneself', async () => {
    const room = pages.newRoom()
    await postDocument(pages.baseUrl, room, writeLongPage)
    await using anns = await pages.open(room, ann)
    await using bobs = await pages.open(room, bob)
    await bobs.text.getByText('Line 79').click()
    await anns.avatar('Bob, in “Part 60”').click()
    await anns.page.getByText('Following Bob').waitFor()
    const isInFrame = (part: Locator) =>
      part.evaluate((element) => {
        const { top, bottom } = element.getBoundingClientRect()
        const frame = element.closest('.scroller')!.getBoundingClientRect()
        return top >= frame.top && bottom <= frame.bottom
      })
    const isSeen = () => isInFrame(anns.caret('Bob'))
    await expect.poll(isSeen).toBe(true)
    await press(bobs, 'Control+Home')
    await anns.avatar('Bob, in “Part 0”').waitFor()
    // The caret is drawn after the avatar changes, and may still be seen where it was.
    await expect.poll(() => isInFrame(anns.text.getByText('Part 0'))).toBe(true)
    await expect.poll(isSeen).toBe(true)
    // Not a hover, which scrolls so that it hits the middle of the text, or its end.
    const frame = (await anns.page.locator('.scroller').boundingBox())!
    await anns.page.mouse.move(frame.x + frame.width / 2, frame.y + frame.height / 2)
    await anns.page.mouse.wheel(0, 200)
    await anns.page.getByText('Following Bob').waitFor({ state: 'detached' })
    await press(bobs, 'Control+End')
    await anns.avatar('Bob, in “Part 60”').waitFor()
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

describe('nothing is lost', () => {
  it('[CL14 PG6] offline edits of both are merged', async () => {
    const room = pages.newRoom()
    await using annsLine = await Line.to(pages.baseUrl)
    await using bobsLine = await Line.to(pages.baseUrl)
    await using anns = await pages.open(room, ann, annsLine)
    await using bobs = await pages.open(room, bob, bobsLine)
    await type(anns, 'both')
    await reads(bobs, /^both$/)
    await Promise.all([anns.untilSaved(), bobs.untilSaved()])
    for (const line of [annsLine, bobsLine]) line.cut()
    for (const { status } of [anns, bobs]) {
      await expect.poll(() => status.textContent()).toBe('Reconnecting…')
    }
    await press(anns, 'Control+Home')
    await anns.page.keyboard.type('Ann, ')
    await goTo(bobs)
    await bobs.page.keyboard.type(', Bob')
    await expect.poll(() => anns.written()).toBe('Ann, both')
    await expect.poll(() => bobs.written()).toBe('both, Bob')
    await anns.page.getByText('Not saved yet, kept in this browser').waitFor()
    for (const line of [annsLine, bobsLine]) line.mend()
    for (const window of [anns, bobs]) await reads(window, /^Ann, both, Bob$/)
  })

  it('[CL21 PG6] all text survives a restart of the server during typing, and a reload', async () => {
    const dataDir = await mkdtemp(joinPath(tmpdir(), 'whereabouts-page-'))
    try {
      const settings = { dataDir, secret: 'the same secret before and after' }
      const first = await startServer(settings, await freePort())
      const room = pages.newRoom()
      await using anns = await pages.open(room, ann, { baseUrl: first.baseUrl })
      await using bobs = await pages.open(room, bob, { baseUrl: first.baseUrl })
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
      // The caret is where it was before the reload.
      await untilInText(anns)
      await anns.page.keyboard.type(' Again.')
      await reads(bobs, /again\. And now\. Again\.$/)
      const stored = await fetchDocument(second.baseUrl, room)
      expect(stored.getText('text').toString()).toContain('And now.')
    } finally {
      await rm(dataDir, { recursive: true, force: true })
    }
  })
})

describe('the page by keyboard, and on a phone', () => {
  it('[PG16] moves between the toolbar, the people and the text', async () => {
    const room = pages.newRoom()
    await using anns = await pages.open(room, ann)
    await using bobs = await pages.open(room, bob)
    await type(bobs, 'Bob')
    await reads(anns, /^Bob$/)
    await anns.caret('Bob').waitFor()
    const focused = () =>
      anns.page.evaluate(() => document.activeElement?.getAttribute('aria-label'))
    await goTo(anns)
    const leave = async () => {
      await press(anns, 'Escape')
      await press(anns, 'Shift+Tab')
      // The title is above the text, and the toolbar above the title.
      await expect.poll(focused).toBe('Title above the text')
      await press(anns, 'Shift+Tab')
    }
    await leave()
    await expect.poll(focused).toBe('Undo')
    for (let stop = 0; stop < 3; stop += 1) await press(anns, 'ArrowRight')
    await expect.poll(focused).toBe('Bold')
    await press(anns, 'Enter')
    await expect.poll(focused).toBe('Page')
    await anns.page.keyboard.type(' bold')
    await expect.poll(() => anns.tool('Bold').getAttribute('aria-pressed')).toBe('true')
    await bobs.text.locator('strong', { hasText: 'bold' }).waitFor()
    await leave()
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

  atNight('[PG16] fits a narrow window', async () => {
    const room = pages.newRoom()
    await postDocument(pages.baseUrl, room, writeLongPage)
    await using anns = await pages.open(room, ann, { width: 400 })
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
