import { describe, expect, it } from 'vitest'
import { atNight } from '../at-night.js'
import { postDocument } from './office-window.js'
import type { SheetWindow } from './sheet-window.js'
import { ann, poll, Sheets, untilInOrder } from './sheets.js'

const sheets = new Sheets()

/** The functions that Univer offers while a formula is typed. */
const suggestions = ({ page }: SheetWindow) =>
  page.locator('[data-u-comp="sheets-formula-editor"] li > span:first-child')

/** Resolves when the list is shown and its keys work, which React sees to once the rows are drawn. */
async function untilListed(window: SheetWindow): Promise<void> {
  await suggestions(window).first().waitFor()
  await window.page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)))
}

/** Starts a formula, and returns the suggested functions. */
async function begin(window: SheetWindow, cell: string, text: string): Promise<string[]> {
  await window.select(cell)
  await window.page.keyboard.type(text)
  await untilListed(window)
  return suggestions(window).allTextContents()
}

const formula = (window: SheetWindow, cell: string) =>
  poll(async () => ((await window.cell(cell)) as { f?: string }).f)

describe('a list of functions', () => {
  it.each([
    ['=B', '5*C5', 'Enter'],
    ['=SUM(B', '2:C4)+3', 'Enter'],
    ['=B', '2*B', 'Enter'],
    ['=PI', '', 'Enter'],
    ['=B', '5*C5', 'Tab'],
  ])('[SH101 SH102] doesn’t change the typed text %s%s: %s', async (first, rest, key) => {
    await using window = await sheets.open(sheets.newRoom(), ann)
    await begin(window, 'E7', first)
    // Before Univer searches again.
    await window.page.keyboard.type(rest)
    await window.page.keyboard.press(key)
    await formula(window, 'E7').toBe(first + rest)
    await window.write('E9', 'next')
    await window.untilCell([8, 4], 'next')
    await untilInOrder(window)
  })

  // The list may begin at the row that was chosen last.
  const byArrow = async ({ page }: SheetWindow) => {
    for (const key of ['ArrowUp', 'ArrowDown', 'Enter']) await page.keyboard.press(key)
  }
  const ways: readonly [string, number, (window: SheetWindow) => Promise<void>][] = [
    ['Tab', 0, ({ page }) => page.keyboard.press('Tab')],
    ['Enter after an arrow key', 1, byArrow],
    ['a click', 2, (window) => suggestions(window).nth(2).click()],
  ]
  it.each(ways)('[SH102 SH110] inserts the choice on %s, before the next keys', async (...way) => {
    const [, at, take] = way
    await using window = await sheets.open(sheets.newRoom(), ann)
    const { keyboard } = window.page
    const names = await begin(window, 'A1', '=SU')
    await take(window)
    await keyboard.type('7)*')
    await suggestions(window).first().waitFor({ state: 'detached' })
    await keyboard.type('SU')
    await untilListed(window)
    await take(window)
    await keyboard.type('8)')
    await keyboard.press('Enter')
    await formula(window, 'A1').toBe(`=${names[at]}(7)*${names[at]}(8)`)
    await untilInOrder(window)
  })

  atNight('[SH102 SH110] inserts the choice before a bracket', async () => {
    await using window = await sheets.open(sheets.newRoom(), ann)
    const { keyboard } = window.page
    await window.write('A1', '=(7)')
    await window.untilShows('A1', '7')
    await keyboard.press('F2')
    for (let at = 0; at < 3; at += 1) await keyboard.press('ArrowLeft')
    await keyboard.type('SU')
    await untilListed(window)
    const name = await suggestions(window).first().textContent()
    await keyboard.press('Tab')
    await keyboard.press('ArrowRight')
    await keyboard.type('1*')
    await keyboard.press('Enter')
    await formula(window, 'A1').toBe(`=${name}(1*7)`)
    await untilInOrder(window)
  })
})

/** Records, from now on, every text that looks like a translation key. */
async function watchKeys({ page }: SheetWindow): Promise<() => Promise<string[]>> {
  const seen = await page.evaluateHandle(() => {
    const keys = new Set<string>()
    const note = (text: string | null) => {
      if (text !== null && /^[a-z-]+(\.[a-zA-Z-]+)+$/.test(text)) keys.add(text)
    }
    const look = () => {
      const walk = document.createTreeWalker(document.body)
      while (walk.nextNode()) {
        const node = walk.currentNode
        if (node instanceof Text) note(node.data)
        if (!(node instanceof Element)) continue
        for (const name of ['title', 'placeholder', 'aria-label']) note(node.getAttribute(name))
      }
    }
    look()
    const options = { subtree: true, childList: true, characterData: true, attributes: true }
    new MutationObserver(look).observe(document.body, options)
    return keys
  })
  return () => seen.evaluate((keys) => [...keys])
}

describe('the texts of the grid', () => {
  it('[SH103] are never translation keys, even while formulas take long', async () => {
    const room = sheets.newRoom()
    const slow = '=SUM(MAKEARRAY(2000,2000,LAMBDA(r,c,r*c)))'
    await using window = await sheets.open(room, ann)
    const keys = await watchKeys(window)
    await postDocument(sheets.baseUrl, room, (doc) => {
      for (const row of [0, 1, 2]) doc.getMap('cells:sheet-1').set(`${row}:0`, { f: [slow] })
    })
    await window.untilShows('A3', '#CALC!')
    await begin(window, 'C3', '=SU')
    await window.page.keyboard.press('Escape')
    await window.page.keyboard.press('Escape')
    await window.openMenu('B3')
    await window.insertEntry.hover()
    await window.page.getByText('rows above').first().waitFor()
    await window.page.keyboard.press('Escape')
    await window.openRowMenu(4)
    await window.page.getByText('Delete Selected Row').waitFor()
    expect(await keys()).toEqual([])
  })
})
