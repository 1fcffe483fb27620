import { describe, expect, it } from 'vitest'
import { atNight } from '../at-night.js'
import { fetchDocument, type OfficeWindow } from './office-window.js'
import {
  ann,
  bob,
  copy,
  goTo,
  outline,
  Pages,
  paste,
  pasteFile,
  press,
  reads,
  type,
} from './pages.js'

const pages = new Pages()

/** Opens the page of a new room in two windows. */
async function together(
  act: (anns: OfficeWindow, bobs: OfficeWindow, room: string) => Promise<void>,
) {
  const room = pages.newRoom()
  await using anns = await pages.open(room, ann)
  await using bobs = await pages.open(room, bob)
  await act(anns, bobs, room)
  expect([...anns.complaints, ...bobs.complaints]).toEqual([])
}

const sees = (window: OfficeWindow, right: readonly string[]) =>
  expect.poll(() => outline(window)).toEqual(right)

describe('moving blocks', () => {
  it('[PE20] by keyboard keeps the selection, and what others write', async () => {
    await together(async (anns, bobs) => {
      await type(anns, 'one\n- two\nthree\n\nfour')
      await reads(bobs, /four$/)
      await goTo(anns, 'Control+Home')
      await press(anns, 'ArrowDown')
      await press(anns, 'Alt+Shift+ArrowDown')
      for (const window of [anns, bobs]) await sees(window, ['one', '- three', '- two', 'four'])
      await anns.page.keyboard.type('!')
      await goTo(bobs)
      await bobs.page.keyboard.type('?')
      for (const window of [anns, bobs]) await reads(window, /!/)
      await press(anns, 'Shift+ArrowUp')
      await press(anns, 'Alt+Shift+ArrowUp')
      for (const window of [anns, bobs]) {
        await expect.poll(async () => (await outline(window)).at(-1)).toBe('four?')
        await expect.poll(async () => (await outline(window)).indexOf('one')).toBe(2)
      }
      await press(anns, 'Alt+Shift+ArrowUp')
      await anns.untilStill()
      await press(anns, 'Control+z')
      for (const window of [anns, bobs]) {
        await expect.poll(async () => (await outline(window)).indexOf('one')).toBeLessThan(3)
      }
    })
  })

  atNight('[PE20] by the handle beside a block: its menu and dragging it', async () => {
    await together(async (anns, bobs) => {
      await type(anns, 'one\ntwo\nthree')
      await reads(bobs, /three$/)
      const handle = anns.page.locator('.block-handle')
      await anns.text.getByText('three').hover()
      await handle.getByRole('button').click()
      await anns.page.getByRole('menuitem', { name: 'Move up' }).click()
      for (const window of [anns, bobs]) await sees(window, ['one', 'three', 'two'])
      await anns.text.getByText('two').hover()
      const from = (await handle.boundingBox())!
      const to = (await anns.text.locator('p').first().boundingBox())!
      await anns.page.mouse.move(from.x + 8, from.y + 10)
      await anns.page.mouse.down()
      await anns.page.mouse.move(to.x + 20, to.y + 20, { steps: 4 })
      await anns.page.mouse.move(to.x + 2, to.y + 4, { steps: 4 })
      await anns.page.mouse.up()
      for (const window of [anns, bobs]) await sees(window, ['two', 'one', 'three'])
      await anns.text.locator('p').nth(1).hover()
      await handle.getByRole('button').click()
      await anns.page.getByRole('menuitem', { name: 'Delete' }).click()
      for (const window of [anns, bobs]) await sees(window, ['two', 'three'])
    })
  })

  it('[PE20] what others write into a block while it is dragged stays', async () => {
    await together(async (anns, bobs) => {
      await type(anns, 'one\ntwo\nthree')
      await reads(bobs, /three$/)
      await anns.text.getByText('two').hover()
      const from = (await anns.page.locator('.block-handle').boundingBox())!
      const to = (await anns.text.locator('p').first().boundingBox())!
      await anns.page.mouse.move(from.x + 8, from.y + 10)
      await anns.page.mouse.down()
      await anns.page.mouse.move(to.x + 20, to.y + 20, { steps: 4 })
      await bobs.text.getByText('two').click()
      await press(bobs, 'End')
      await bobs.page.keyboard.type(' and more')
      await reads(anns, /two and more/)
      await anns.page.mouse.move(to.x + 2, to.y + 4, { steps: 4 })
      await anns.page.mouse.up()
      for (const window of [anns, bobs]) await sees(window, ['two and more', 'one', 'three'])
    })
  })
})

describe('callouts and toggles', () => {
  atNight('[PE18 PE19] callouts have a tone, others see them, and they are copied', async () => {
    await together(async (anns, bobs) => {
      await type(anns, '/callout')
      await press(anns, 'Enter')
      await anns.page.keyboard.type('Mind the gap')
      await anns.page.getByRole('combobox', { name: 'Callout' }).selectOption('Warning')
      const box = bobs.text.locator('.callout[data-tone="warning"]', { hasText: 'Mind the gap' })
      await box.waitFor()
      await press(anns, 'End')
      await anns.page.keyboard.type('\n\nafter')
      await expect.poll(() => bobs.text.locator('p', { hasText: 'after' }).count()).toBe(1)
      await press(anns, 'Control+a')
      const copied = await copy(anns)
      await goTo(bobs)
      await press(bobs, 'Enter')
      await paste(bobs, copied)
      await expect.poll(() => box.count()).toBe(2)
      await press(bobs, 'Enter')
      await paste(bobs, { text: '> [!TIP]\n> good\n\n- x' })
      await anns.text.locator('.callout[data-tone="tip"]', { hasText: 'good' }).waitFor()
    })
  })

  it('[PE19] toggles hide what is below them in this window alone, until the caret gets there', async () => {
    await together(async (anns, bobs) => {
      await type(anns, '/toggle')
      await press(anns, 'Enter')
      await anns.page.keyboard.type('More\nhidden')
      await press(anns, 'Enter')
      await press(anns, 'Shift+Tab')
      await anns.page.keyboard.type('after')
      await reads(bobs, /More\nhidden\nafter/)
      const fold = bobs.text.getByRole('button', { name: 'What is below' })
      await expect.poll(() => fold.getAttribute('aria-expanded')).toBe('true')
      await fold.click()
      await expect.poll(() => bobs.text.getByText('hidden').isVisible()).toBe(false)
      await expect.poll(() => fold.getAttribute('aria-expanded')).toBe('false')
      await expect.poll(() => anns.text.getByText('hidden').isVisible()).toBe(true)
      await anns.text.getByText('hidden').click()
      await press(anns, 'End')
      await anns.page.keyboard.type(' text')
      await reads(bobs, /hidden text/)
      expect(await bobs.text.getByText('hidden').isVisible()).toBe(false)
      await bobs.text.getByText('More').click()
      await press(bobs, 'Control+Enter')
      await expect.poll(() => bobs.text.getByText('hidden text').isVisible()).toBe(true)
      await fold.click()
      await bobs.text.getByText('after').click()
      await press(bobs, 'Control+f')
      await bobs.page.getByRole('textbox', { name: 'Find' }).fill('hidden')
      await press(bobs, 'Escape')
      await expect.poll(() => bobs.text.getByText('hidden text').isVisible()).toBe(true)
    })
  })
})

describe('images and tables', () => {
  it('[PE18 PE21] images have a description, a caption and a width', async () => {
    await together(async (anns, bobs) => {
      await anns.text.focus()
      await pasteFile(anns, { type: 'image/png', bytes: 0, name: 'red.png' })
      await anns.text.locator('img[alt="red.png"]').click()
      const field = (name: string) => anns.page.getByRole('textbox', { name })
      await field('Description of the image').fill('A red dot')
      await press(anns, 'Enter')
      await field('Caption').fill('图 1')
      await press(anns, 'Enter')
      await anns.page.getByRole('combobox', { name: 'Width of the image' }).selectOption('50%')
      const figure = bobs.text.locator('figure', { hasText: '图 1' })
      await figure.locator('img[alt="A red dot"]').waitFor()
      await expect.poll(() => figure.evaluate((element) => element.style.width)).toBe('50%')
    })
  })

  it('[PE22 PE23] tables have widths of columns and colors of cells', async () => {
    await together(async (anns, bobs, room) => {
      await anns.text.focus()
      await anns.tool('Table').click()
      await anns.page.keyboard.type('Name')
      await anns.page.getByRole('combobox', { name: 'Column width' }).selectOption('49%')
      await anns.page.getByRole('button', { name: 'Cell color' }).click()
      await anns.page.getByRole('menuitemradio', { name: 'Green' }).click()
      const cell = bobs.text.locator('th[data-color="green"]', { hasText: 'Name' })
      await cell.waitFor()
      const share = () =>
        cell.evaluate((th) => {
          const widthOf = (element: Element) => element.getBoundingClientRect().width
          return widthOf(th) / widthOf(th.closest('table')!)
        })
      await expect.poll(share).toBeGreaterThan(0.45)
      await expect.poll(() => share()).toBeLessThan(0.55)
      await anns.untilSaved()
      const tables = (await fetchDocument(pages.baseUrl, room)).getMap('tables')
      const looks = [...tables.keys()].filter((key) => /size|fill/.test(key))
      expect(looks.map((key) => key.replace(/^[^/]*/, ''))).toEqual([
        '/columns/0/size',
        '/fill/0/0',
      ])
    })
  })
})
