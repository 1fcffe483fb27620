import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { atNight } from '../at-night.js'
import { size } from '../size.js'
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

/** How the canvas and what is around it look, before a sheet is printed and while it is. */
interface Looks {
  readonly looks: readonly { readonly canvas: number; readonly bar: string }[]
}

const pages = new Pages()

/** Lists what breaks a rule in a window, as it looks now. */
async function broken(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(AXE, 'utf8'))
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  )
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
}

/** Lists what still breaks a rule when what has just come has been named. */
async function brokenAtLast(page: Page): Promise<readonly string[]> {
  for (let looks = 1; ; looks += 1) {
    const found = await broken(page)
    if (found.length === 0 || looks === 4) return found
  }
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
    await expect.poll(() => brightness(paper(page))).toBeLessThan(60)
    await choose(home, 'light')
    await expect.poll(() => paper(page)).toBe(LIGHT)
    await expect
      .poll(() => page.page.getByRole('combobox', { name: 'Appearance' }).inputValue())
      .toBe('light')
    await page.page.reload()
    await page.untilOpen()
    expect(await paper(page)).toBe(LIGHT)
    await choose(page, 'dark')
    await expect.poll(() => brightness(paper(page))).toBeLessThan(60)
    await page.page.emulateMedia({ media: 'print' })
    expect(await paper(page)).toBe(LIGHT)
    await page.page.emulateMedia({ media: null, colorScheme: 'light' })
    await choose(page, 'system')
    await expect.poll(() => paper(page)).toBe(LIGHT)
    expect(page.complaints).toEqual([])
    await context.close()
  })

  it('[OF87] is in effect before the application has been loaded', async () => {
    const context = await pages.browser.newContext({ colorScheme: 'light' })
    const { baseUrl } = pages
    const options = { baseUrl, path: '/', person: ann, context }
    await using home = await OfficeWindow.open(pages.browser, options)
    await choose(home, 'dark')
    await context.route(/\/assets\/index-[^/]*\.js$/, () => {})
    const next = await context.newPage()
    await next.goto(baseUrl, { waitUntil: 'commit' })
    await next.getByText('whereabouts').waitFor()
    const color = next.locator('body').evaluate((body) => getComputedStyle(body).backgroundColor)
    expect(await brightness(color)).toBeLessThan(60)
    await expect.poll(() => next.locator('script[type=module]').count()).toBe(1)
    await context.close()
  })

  atNight('[OF82] a dark sheet is printed light, and is dark again afterwards', async () => {
    await using sheet = await SheetWindow.open(pages.browser, {
      baseUrl: pages.baseUrl,
      room: pages.newRoom(),
      person: ann,
    })
    await choose(sheet, 'dark')
    await sheet.page.evaluate(
      () => (globalThis as { whereabouts?: { tools?: unknown } }).whereabouts?.tools,
    )
    await sheet.page.locator('html.univer-dark').waitFor()
    await sheet.page.evaluate((selector) => {
      const look = () => {
        const canvas = document.querySelector<HTMLCanvasElement>(selector)!
        // The corner between the names of rows and columns.
        const [red] = canvas.getContext('2d')!.getImageData(10, 10, 1, 1).data
        const bar = document.querySelector('[data-u-comp="workbench-layout"]')!
        return { canvas: red, bar: getComputedStyle(bar).backgroundColor }
      }
      const looks: ReturnType<typeof look>[] = [look()]
      Object.assign(globalThis, { looks })
      // What the browser has printed is what is there right afterwards.
      window.addEventListener('afterprint', () => looks.push(look()), { once: true })
    }, '#univer-sheet-main-canvas_workbook')
    await sheet.page.pdf()
    const looks = await sheet.page.evaluate(() => (globalThis as unknown as Looks).looks)
    expect(looks).toMatchObject([{}, { bar: LIGHT }])
    expect(looks[0]!.canvas).toBeLessThan(100)
    expect(looks[1]!.canvas).toBeGreaterThan(200)
    await sheet.page.locator('html.univer-dark').waitFor()
  })

  it('[OF80 OF83] a dark sheet keeps the colors of its cells', async () => {
    await using sheet = await SheetWindow.open(pages.browser, {
      baseUrl: pages.baseUrl,
      room: 'dark',
      person: ann,
    })
    await sheet.page.keyboard.type('x')
    await sheet.page.keyboard.press('Enter')
    await expect.poll(() => sheet.cell('A1')).toMatchObject({ v: 'x' })
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

const command = (sheet: SheetWindow, id: string) =>
  sheet.page.locator(`[data-u-comp="ribbon-toolbar"] [data-u-command="sheet.command.${id}"]`)

const choices = (sheet: SheetWindow, id: string) =>
  command(sheet, id).locator('.univer-toolbar-button-selector-trigger')

/** What opens over a sheet or beside it, and how. */
const PARTS: readonly (readonly [name: string, open: (sheet: SheetWindow) => Promise<void>])[] = [
  ['nothing', async () => {}],
  ['the menu of cells', (sheet) => sheet.openMenu('B2')],
  ['more tools', ({ page }) => page.getByRole('button', { name: 'More', exact: true }).click()],
  ['fonts', (sheet) => command(sheet, 'set-range-font-family').locator('> div').last().click()],
  ['colors', (sheet) => choices(sheet, 'set-range-text-color').click()],
  ['borders', (sheet) => choices(sheet, 'set-border-basic').click()],
  ['alignments', (sheet) => command(sheet, 'set-horizontal-text-align').click()],
  ['sheets', ({ page }) => page.getByRole('button', { name: 'All sheets' }).click()],
  ['zoom', ({ page }) => page.getByRole('button', { name: '100%' }).click()],
  ['searching', ({ page }) => page.keyboard.press('Control+f')],
  ['replacing', ({ page }) => page.keyboard.press('Control+h')],
  ['formats', ({ page }) => page.keyboard.press('Control+1')],
  ['rules', ({ page }) => page.keyboard.press('Alt+Shift+f')],
  ['names', ({ page }) => page.keyboard.press('Control+F3')],
  ['printing', ({ page }) => page.keyboard.press('Control+p')],
  ['functions', ({ page }) => page.keyboard.type('=su')],
]

/** Closes what a test has opened. */
async function closeAll({ page }: SheetWindow): Promise<void> {
  const { width, height } = page.viewportSize()!
  await page.mouse.click(width / 2, height / 2)
  const panel = page.locator('[data-u-comp="sidebar"][aria-expanded="true"] header')
  for (const over of [page.getByRole('dialog'), panel]) {
    const close = over.getByRole('button', { name: /^Close/ })
    if ((await close.count()) > 0) await close.click()
  }
  await page.keyboard.press('Escape')
}

describe.each(size(['dark'], ['light', 'dark']))('in %s, for everybody', (theme) => {
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

  atNight(
    '[OF84 SH141] a sheet breaks no rule of axe, nor do its menus, panels and dialogs',
    async () => {
      const { baseUrl } = pages
      await using sheet = await SheetWindow.open(pages.browser, {
        baseUrl,
        room: pages.newRoom(),
        person: ann,
      })
      await choose(sheet, theme)
      await sheet.page.getByRole('button', { name: 'Bold' }).waitFor()
      const found: { [part: string]: readonly string[] } = {}
      for (const [name, open] of PARTS) {
        await sheet.select('A1')
        await open(sheet)
        const left = await brokenAtLast(sheet.page)
        if (left.length > 0) found[name] = left
        await closeAll(sheet)
      }
      expect(found).toEqual({})
      expect(sheet.complaints).toEqual([])
    },
    120_000,
  )

  atNight('[OF84] a page breaks no rule of axe, nor do its panels and dialogs', async () => {
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

  atNight('[OF84] comments break no rule of axe, on text of any color', async () => {
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
