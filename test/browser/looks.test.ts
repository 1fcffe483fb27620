import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { ann } from './office.js'
import { comment, panel, threads } from './discussion.js'
import { OfficeWindow, postDocument } from './office-window.js'
import { addBlock, Pages, type } from './pages.js'
import { SheetWindow } from './sheet-window.js'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const LIGHT = 'rgb(255, 255, 255)'
const COLORS = ['gray', 'red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink']
const TEXT = `# Plan
A paragraph.
- one
two

[ ] three

> A quote

\`\`\`js
const four = "4" // a comment
`

const pages = new Pages()

/** Lists what breaks a rule in a window, as it looks now. */
async function broken(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(AXE, 'utf8'))
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  )
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
}

const paper = ({ page }: OfficeWindow) =>
  page.locator('.paper').evaluate((element) => getComputedStyle(element).backgroundColor)

const brightness = async (color: Promise<string>): Promise<number> => {
  const [red = 0, green = 0, blue = 0] = (await color).match(/\d+/g)!.map(Number)
  return (red + green + blue) / 3
}

const choose = ({ page }: { readonly page: Page }, theme: string) =>
  page.getByRole('combobox', { name: 'Appearance' }).selectOption(theme)

describe('light and dark', () => {
  it('[OF80 OF81 OF82] are as the system, or as the user chooses in any window; paper is light', async () => {
    const context = await pages.browser.newContext({ colorScheme: 'dark' })
    const { baseUrl } = pages
    const open = (path: string) =>
      OfficeWindow.open(pages.browser, { baseUrl, path, person: ann, context })
    await using home = await open('/')
    await using page = await open('/pages/looks')
    await page.untilOpen()
    expect(await brightness(paper(page))).toBeLessThan(60)
    await choose(home, 'light')
    await expect.poll(() => paper(page)).toBe(LIGHT)
    expect(await page.page.getByRole('combobox', { name: 'Appearance' }).inputValue()).toBe('light')
    await page.page.reload()
    await page.untilOpen()
    expect(await paper(page)).toBe(LIGHT)
    await choose(page, 'dark')
    expect(await brightness(paper(page))).toBeLessThan(60)
    await page.page.emulateMedia({ media: 'print' })
    expect(await paper(page)).toBe(LIGHT)
    await page.page.emulateMedia({ media: null, colorScheme: 'light' })
    await choose(page, 'system')
    await expect.poll(() => paper(page)).toBe(LIGHT)
    expect(page.complaints).toEqual([])
    await context.close()
  })

  it('[OF80 OF83] a dark sheet keeps the colors of its cells', async () => {
    await using sheet = await SheetWindow.open(pages.browser, {
      baseUrl: pages.baseUrl,
      room: 'dark',
      person: ann,
    })
    await sheet.page.keyboard.type('x')
    await sheet.page.keyboard.press('Enter')
    const before = await sheet.cell('A1')
    await choose(sheet, 'dark')
    await sheet.page.locator('html.univer-dark').waitFor()
    expect(await sheet.cell('A1')).toEqual(before)
    await sheet.untilInOrder()
    await choose(sheet, 'light')
    await sheet.page.locator('html.univer-dark').waitFor({ state: 'detached' })
    expect(sheet.complaints).toEqual([])
  })
})

describe.each(['light', 'dark'])('in %s, for everybody', (theme) => {
  it('[OF84] Home breaks no rule of axe', async () => {
    const { baseUrl } = pages
    await using home = await OfficeWindow.open(pages.browser, { baseUrl, path: '/', person: ann })
    await choose(home, theme)
    await home.page.getByText('Nothing here yet').waitFor()
    expect(await broken(home.page)).toEqual([])
    await home.page.getByRole('link', { name: 'New page' }).click()
    await home.untilOpen()
    await home.page.goto(baseUrl)
    await home.page.getByRole('listitem').first().waitFor()
    expect(await broken(home.page)).toEqual([])
  })

  it('[OF84] a page breaks no rule of axe, nor do its panels and dialogs', async () => {
    await using page = await pages.open(pages.newRoom(), ann)
    await choose(page, theme)
    await type(page, TEXT)
    await page.untilSaved()
    expect(await broken(page.page)).toEqual([])
    for (const name of ['Outline', 'Find', 'File', 'Share', 'History', 'Comments']) {
      await page.page.getByRole('button', { name, exact: true }).click()
      await page.untilStill()
      expect(await broken(page.page), name).toEqual([])
      await page.page.keyboard.press('Escape')
    }
  })

  it('[OF84] comments break no rule of axe, on text of any color', async () => {
    const room = pages.newRoom()
    await postDocument(pages.baseUrl, room, (doc) => {
      const text = doc.getText('text')
      for (const color of COLORS) text.insert(text.length, `${color} words `, { color })
      addBlock(doc, 'and others')
    })
    await using page = await pages.open(room, ann)
    await choose(page, theme)
    await comment(page, 'gray words red words orange words yellow words', 'What about this?')
    await comment(page, 'green words blue words purple words pink words and others', 'And this?')
    await threads(page).last().getByRole('button', { name: 'Delete' }).click()
    await panel(page).getByRole('textbox', { name: 'Reply' }).fill('字'.repeat(4_001))
    await page.untilStill()
    expect(await broken(page.page)).toEqual([])
    await threads(page).first().getByRole('button', { name: 'Resolve' }).click()
    await panel(page).getByRole('button', { name: 'Resolved (1)' }).click()
    await page.untilStill()
    expect(await broken(page.page)).toEqual([])
  })
})
