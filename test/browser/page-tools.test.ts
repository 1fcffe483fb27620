import { describe, expect, it } from 'vitest'
import type { OfficeWindow } from './office-window.js'
import { ann, bob, copy, goTo, outline, Pages, paste, press, reads, type } from './pages.js'

const pages = new Pages()

/** Opens the page of a new room in two windows. */
async function together(act: (anns: OfficeWindow, bobs: OfficeWindow) => Promise<void>) {
  const room = pages.newRoom()
  await using anns = await pages.open(room, ann)
  await using bobs = await pages.open(room, bob)
  await act(anns, bobs)
  expect([...anns.complaints, ...bobs.complaints]).toEqual([])
}

describe('colors and alignment', () => {
  it('[PE1 PE3] text has a color and a highlight, by mouse and by keyboard, and others see them', async () => {
    await together(async (anns, bobs) => {
      await type(anns, 'plain warm')
      await press(anns, 'Shift+Control+ArrowLeft')
      await anns.tool('Colors').click()
      await anns.page.getByRole('menuitemradio', { name: 'Text: Red' }).click()
      await bobs.text.locator('span[data-color="red"]', { hasText: 'warm' }).waitFor()
      // The selection is still there. By keyboard the menu gets the focus, and gives it back.
      await anns.tool('Colors').focus()
      await press(anns, 'Enter')
      const first = anns.page.getByRole('menuitemradio', { name: 'Text: Default' })
      await expect.poll(() => first.evaluate((item) => item === document.activeElement)).toBe(true)
      await press(anns, 'ArrowUp')
      await press(anns, 'ArrowUp')
      await press(anns, 'Enter')
      await bobs.text.locator('mark[data-color="purple"]', { hasText: 'warm' }).waitFor()
      await expect
        .poll(() => anns.text.evaluate((text) => text === document.activeElement))
        .toBe(true)
      await press(anns, 'Control+a')
      await goTo(bobs)
      await paste(bobs, await copy(anns))
      await reads(bobs, /^plain warm\nplain warm$/)
      expect(await bobs.text.locator('mark[data-color="purple"]').count()).toBe(2)
      await press(anns, 'Control+z')
      await anns.untilStill()
      await press(anns, 'Control+z')
      await expect.poll(() => anns.text.locator('[data-color="red"]').count()).toBe(1)
    })
  })

  it('[PE2 PE4] blocks are aligned, also as another kind and in the next line', async () => {
    await together(async (anns, bobs) => {
      await type(anns, 'one')
      await anns.tool('Alignment').click()
      await anns.page.getByRole('menuitemradio', { name: 'Center' }).click()
      await press(anns, 'End')
      await press(anns, 'Enter')
      await anns.page.keyboard.type('two')
      await anns.tool('Bulleted list').click()
      const aligned = () =>
        bobs.text.evaluate((text) =>
          [...text.children].map((block) => {
            const of = block.querySelector('.item-text') ?? block
            return `${of.firstChild?.textContent}: ${getComputedStyle(of).textAlign}`
          }),
        )
      await expect.poll(aligned).toEqual(['one: center', 'two: center'])
      await anns.tool('Alignment').click()
      const center = anns.page.getByRole('menuitemradio', { name: 'Center' })
      expect(await center.getAttribute('aria-checked')).toBe('true')
      await anns.page.getByRole('menuitemradio', { name: 'Align start' }).click()
      await expect.poll(aligned).toEqual(['one: center', 'two: start'])
    })
  })

  it('[PG43] `- [ ] ` and `[] ` make a task', async () => {
    await together(async (anns, bobs) => {
      await type(anns, '- [ ] one\ntwo\n\n[] three\n\n- [x] four')
      const right = ['[ ] one', '[ ] two', '[ ] three', '[x] four']
      await expect.poll(() => outline(bobs)).toEqual(right)
    })
  })
})

describe('the menu of blocks', () => {
  const options = ({ page }: OfficeWindow) => page.getByRole('listbox').getByRole('option')
  const chosen = async (window: OfficeWindow) => {
    const id = await window.text.getAttribute('aria-activedescendant')
    return id === null ? null : window.page.locator(`#${id}`).textContent()
  }

  it('[PE6] opens with a slash, filters by what is typed, and inserts the chosen block', async () => {
    await together(async (anns, bobs) => {
      await type(anns, '/')
      await expect.poll(() => options(anns).count()).toBeGreaterThan(8)
      await anns.page.keyboard.type('head')
      await expect.poll(() => options(anns).count()).toBe(3)
      await press(anns, 'ArrowDown')
      await expect.poll(() => chosen(anns)).toBe('H2Heading 2')
      await press(anns, 'Enter')
      await anns.page.keyboard.type('Plan\nfirst /')
      await expect.poll(() => options(anns).count()).toBeGreaterThan(8)
      await anns.page.keyboard.type('待办')
      await press(anns, 'Enter')
      await expect.poll(() => outline(bobs)).toEqual(['## Plan', '[ ] first '])
      await anns.page.keyboard.type('\n\n/')
      await options(anns).getByText('Table').click()
      await bobs.text.getByRole('table').waitFor()
      await anns.page.keyboard.type('/')
      await options(anns).first().waitFor()
      expect(await options(anns).getByText('Table').count()).toBe(0)
    })
  })

  it('[PE6] stays away from code, from words and from what others write, and Escape closes it', async () => {
    await together(async (anns, bobs) => {
      await type(anns, 'and/')
      await anns.page.keyboard.type('or /')
      await options(anns).first().waitFor()
      await goTo(bobs)
      await bobs.page.keyboard.type('\n/')
      await options(bobs).first().waitFor()
      await reads(anns, /^and\/or \/\n\/$/)
      expect(await options(anns).count()).toBeGreaterThan(8)
      await press(anns, 'Escape')
      await expect.poll(() => options(anns).count()).toBe(0)
      await anns.page.keyboard.type('x\n')
      await anns.page.keyboard.type('```js ')
      await anns.page.keyboard.type('/')
      await reads(bobs, /\n\/\n/)
      expect(await options(anns).count()).toBe(0)
      await press(bobs, 'Backspace')
      await expect.poll(() => options(bobs).count()).toBe(0)
    })
  })

  it('[PE7] leaves its keys to an input method that composes', async () => {
    await together(async (anns, bobs) => {
      const keyboard = await anns.page.context().newCDPSession(anns.page)
      const compose = (text: string) =>
        keyboard.send('Input.imeSetComposition', {
          text,
          selectionStart: text.length,
          selectionEnd: text.length,
        })
      await type(anns, '/')
      await options(anns).first().waitFor()
      await compose('biao')
      await expect.poll(() => options(anns).count()).toBe(6)
      // The key that commits is the input method's.
      await anns.text.dispatchEvent('keydown', { key: 'Enter', keyCode: 229, isComposing: true })
      await keyboard.send('Input.insertText', { text: '标题' })
      await expect.poll(() => options(anns).count()).toBe(3)
      await reads(bobs, /^\/标题$/)
      await press(anns, 'Enter')
      await expect.poll(() => outline(bobs)).toEqual(['# '])
      await press(anns, 'Backspace')
      await anns.page.keyboard.insertText('、')
      await options(anns).first().waitFor()
    })
  })
})

describe('the tools over a selection', () => {
  it('[PE8] appear beside selected text, at a desk and on a phone, and change it', async () => {
    for (const width of [1_200, 390]) {
      const room = pages.newRoom()
      await using anns = await pages.open(room, ann, { width })
      await type(anns, 'some words')
      const bar = anns.page.getByRole('toolbar', { name: 'Selection' })
      expect(await bar.count()).toBe(0)
      await press(anns, 'Shift+Control+ArrowLeft')
      await bar.getByRole('button', { name: 'Underline' }).click()
      await expect.poll(() => outline(anns)).toEqual(['some __words__'])
      const { x, width: size } = (await bar.boundingBox())!
      expect(x).toBeGreaterThanOrEqual(0)
      expect(x + size).toBeLessThanOrEqual(width)
      await bar.getByRole('button', { name: 'Link' }).click()
      await anns.page.keyboard.type('example.com')
      await press(anns, 'Enter')
      await anns.text.getByRole('link', { name: 'words' }).waitFor()
      await press(anns, 'ArrowRight')
      await bar.waitFor({ state: 'detached' })
      expect(anns.complaints).toEqual([])
    }
  })

  it('[PE9] the tools of a table are all within the window of a phone', async () => {
    await using anns = await pages.open(pages.newRoom(), ann, { width: 390 })
    await anns.text.focus()
    await anns.tool('Table').click()
    await anns.page.getByRole('button', { name: 'Delete table' }).waitFor()
    const tools = anns.page.locator('.of-table').getByRole('button')
    for (const tool of await tools.all()) {
      const { x, width } = (await tool.boundingBox())!
      expect(x).toBeGreaterThanOrEqual(0)
      expect(x + width).toBeLessThanOrEqual(390)
    }
    expect(await tools.count()).toBe(8)
    await anns.page.getByRole('button', { name: 'Row below' }).click()
    await expect.poll(() => anns.text.locator('tr').count()).toBe(4)
  })
})
