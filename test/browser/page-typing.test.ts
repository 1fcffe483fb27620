import { describe, expect, it } from 'vitest'
import { atNight } from '../at-night.js'
import type { OfficeWindow } from './office-window.js'
import { ann, bob, goTo, outline, Pages, press, reads, type } from './pages.js'

const pages = new Pages()

describe('typing', () => {
  atNight(
    '[PG20] Enter continues a list or quote as expected, and Backspace removes a block’s style',
    async () => {
      await using anns = await pages.open(pages.newRoom(), ann)
      await type(anns, '- one\ntwo\n')
      await press(anns, 'Tab')
      await anns.page.keyboard.type('deeper\n\n')
      await anns.page.keyboard.type('three\n\n')
      await anns.page.keyboard.type('3. third\nfourth\n\n')
      await anns.page.keyboard.type('[x] done\nto do\n\n')
      await anns.page.keyboard.type('###### small\nafter\n')
      await anns.page.keyboard.type('> quoted\n\nplain')
      await expect
        .poll(() => outline(anns))
        .toEqual([
          '- one',
          '- two',
          '  - deeper',
          '- three',
          '3. third',
          '4. fourth',
          '[x] done',
          '[ ] to do',
          '###### small',
          'after',
          '> quoted',
          'plain',
        ])
      await anns.text.getByText('small').click()
      await press(anns, 'Home')
      await press(anns, 'Enter')
      await press(anns, 'Backspace')
      await expect
        .poll(async () => (await outline(anns)).slice(8, 11))
        .toEqual(['', 'small', 'after'])
      await anns.text.getByText('deeper').click()
      await press(anns, 'Home')
      await press(anns, 'Backspace')
      await press(anns, 'Backspace')
      await expect
        .poll(async () => (await outline(anns)).slice(0, 4))
        .toEqual(['- one', '- two', 'deeper', '- three'])
      expect(anns.complaints).toEqual([])
    },
  )

  it('[PG20] code keeps its lines, and two blank lines end it', async () => {
    await using anns = await pages.open(pages.newRoom(), ann)
    await type(anns, '```js ')
    await anns.page.keyboard.type('if (a) {\n')
    await press(anns, 'Tab')
    await anns.page.keyboard.type('b()\n}\n\n\nafter')
    await expect.poll(() => outline(anns)).toEqual(['``` if (a) {\n\tb()\n}', 'after'])
  })

  it('[PG107] keeps away from the bottom of the window', async () => {
    await using anns = await pages.open(pages.newRoom(), ann)
    await type(anns, `${'line\n'.repeat(40)}last`)
    const below = await anns.text.evaluate((text) => {
      const caret = getSelection()!.getRangeAt(0).getBoundingClientRect()
      return text.closest('.scroller')!.getBoundingClientRect().bottom - caret.bottom
    })
    expect(below).toBeGreaterThanOrEqual(40)
  })

  it('[PG21] Tab indents until Escape lets it leave the text', async () => {
    const room = pages.newRoom()
    await using anns = await pages.open(room, ann)
    await using bobs = await pages.open(room, bob)
    await type(anns, 'one')
    await press(anns, 'Tab')
    await anns.page.keyboard.type(' word')
    for (const window of [anns, bobs]) {
      await expect.poll(() => outline(window)).toEqual(['  one word'])
    }
    await press(anns, 'Shift+Tab')
    for (const window of [anns, bobs]) {
      await expect.poll(() => outline(window)).toEqual(['one word'])
    }
    const hint = await anns.text.getAttribute('aria-describedby')
    await expect
      .poll(() => anns.page.locator(`#${hint}`).textContent())
      .toContain('press Escape and then Tab')
    await press(anns, 'Escape')
    await press(anns, 'Tab')
    const focused = () =>
      anns.page.evaluate(() => document.activeElement?.getAttribute('aria-label'))
    await expect.poll(focused).not.toBe('Page')
  })

  it('[PG24 PG9] text typed after a link isn’t part of it, and Ctrl+K next to a link creates another', async () => {
    const room = pages.newRoom()
    await using anns = await pages.open(room, ann)
    await using bobs = await pages.open(room, bob)
    const link = async (href: string) => {
      await press(anns, 'Control+k')
      await anns.page.getByLabel('Link to').fill(href)
      await press(anns, 'Enter')
      await expect
        .poll(() => anns.text.evaluate((text) => text === document.activeElement))
        .toBe(true)
    }
    await anns.text.focus()
    await link('/pages/other')
    await anns.page.keyboard.type(' and ')
    await link('#part')
    await press(anns, 'Escape')
    await link('https://example.com/')
    await anns.page.keyboard.type(' end')
    await expect
      .poll(() => outline(bobs))
      .toEqual([
        '[/pages/other](/pages/other) and [#part](#part)[https://example.com/](https://example.com/) end',
      ])
    expect(anns.complaints).toEqual([])
  })

  it('[PG25] right-to-left text is detected', async () => {
    const room = pages.newRoom()
    await using anns = await pages.open(room, ann)
    await using bobs = await pages.open(room, bob)
    await type(anns, 'left\nשלום\n- فارسی')
    const directions = (window: OfficeWindow) =>
      window.text.evaluate((text) =>
        [...text.children].map((block) => getComputedStyle(block).direction),
      )
    for (const window of [anns, bobs]) {
      await expect.poll(() => directions(window)).toEqual(['ltr', 'rtl', 'rtl'])
    }
  })

  atNight('[PG6] has six levels of headings, by typing and by toolbar', async () => {
    const room = pages.newRoom()
    await using anns = await pages.open(room, ann)
    await using bobs = await pages.open(room, bob)
    await type(anns, 'text')
    for (const level of [4, 5, 6]) {
      await anns.page.getByLabel('Paragraph style').selectOption(`Heading ${level}`)
      await expect.poll(() => outline(bobs)).toEqual([`${'#'.repeat(level)} text`])
    }
    await expect.poll(() => outline(anns)).toEqual(['###### text'])
    await press(anns, 'Control+Alt+0')
    await expect.poll(() => outline(anns)).toEqual(['text'])
    await goTo(anns)
    await anns.tool('Underline').click()
    await anns.page.keyboard.type(' under')
    await reads(anns, /^text under$/)
    await expect.poll(() => outline(anns)).toEqual(['text__ under__'])
  })
})

describe('a caret that was just moved', () => {
  /** Keeps the browser from telling the editor, as on a machine that is busy. */
  const holdBackEvents = ({ page }: OfficeWindow) =>
    page.evaluate(() => {
      const hold = (event: Event) => event.isTrusted && event.stopImmediatePropagation()
      window.addEventListener('selectionchange', hold, { capture: true })
    })

  it('[PG52] is where Enter breaks the line', async () => {
    await using anns = await pages.open(pages.newRoom(), ann)
    await type(anns, 'onetwo')
    await holdBackEvents(anns)
    for (let at = 0; at < 3; at += 1) await press(anns, 'ArrowLeft')
    await press(anns, 'Enter')
    await reads(anns, /^one\ntwo$/)
    await press(anns, 'End')
    await press(anns, 'Backspace')
    await reads(anns, /^one\ntw$/)
  })

  it('[PG52] stays there when others type and move', async () => {
    const room = pages.newRoom()
    await using anns = await pages.open(room, ann)
    await using bobs = await pages.open(room, bob)
    await type(anns, 'one two')
    await reads(bobs, /^one two$/)
    await holdBackEvents(anns)
    await press(anns, 'Home')
    await goTo(bobs)
    await anns.caret('Bob').waitFor()
    await bobs.page.keyboard.type(' three')
    await reads(anns, /^one two three$/)
    await press(anns, 'Shift+Control+ArrowRight')
    await bobs.page.keyboard.type(' four')
    await reads(anns, /^one two three four$/)
    await press(anns, 'Delete')
    await reads(bobs, /^ ?two three four$/)
  })
})
