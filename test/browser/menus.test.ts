import type { Locator, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { atNight } from '../at-night.js'
import { GuardedOffice, READER } from './guarded-office.js'
import type { OfficeWindow } from './office-window.js'
import { Pages } from './pages.js'
import type { SheetWindow } from './sheet-window.js'
import { ann, bob, poll, Sheets, untilInOrder } from './sheets.js'

type Window = Pick<SheetWindow | OfficeWindow, 'page'>

const top = ({ page }: Window, name: string): Locator =>
  page.getByRole('menubar').getByRole('menuitem', { name, exact: true })
const entry = ({ page }: Window, name: string): Locator =>
  page.locator('.menu-panel').last().locator('.menu-entry').filter({ hasText: name }).first()

/** Opens one menu after the other, and clicks on the last. */
async function choose(window: Window, ...[first, ...rest]: readonly string[]): Promise<void> {
  await top(window, first!).click()
  for (const name of rest) await entry(window, name).click()
}

interface Listed {
  readonly label: string
  readonly does: string | null
  readonly keys: string | null
  readonly isOff: boolean
}

/** Returns all entries of all menus with what they open. */
async function listed(window: Window): Promise<Listed[]> {
  const { page } = window
  const found: Listed[] = []
  const panel = (level: number) => page.locator('.menu-panel').nth(level)
  const gather = async (level: number): Promise<void> => {
    const here = await panel(level)
      .locator('.menu-entry')
      .evaluateAll((all) =>
        all.map((each) => ({
          label: each.querySelector('span')?.textContent ?? '',
          does: each.getAttribute('data-does'),
          keys: each.getAttribute('aria-keyshortcuts'),
          isOff: each.ariaDisabled === 'true',
          isParent: each.ariaHasPopup === 'menu',
        })),
      )
    for (const [at, { isParent, ...each }] of here.entries()) {
      found.push(each)
      if (each.isOff || !isParent) continue
      await panel(level).locator('.menu-entry').nth(at).click()
      await panel(level + 1).waitFor()
      await gather(level + 1)
    }
  }
  for (const name of await page.locator('.menu-top').all()) {
    await name.click()
    await panel(0).waitFor()
    await gather(0)
    await name.focus()
    await page.keyboard.press('Escape')
    await panel(0).waitFor({ state: 'detached' })
  }
  return found
}

/** Returns whether the application, and not the browser, deals with a key. */
async function isHandled({ page }: Window, keys: string): Promise<boolean> {
  await page.evaluate(() => {
    const look = (event: KeyboardEvent) => {
      const isModifier = ['Control', 'Shift', 'Alt'].includes(event.key)
      if (!isModifier) document.body.dataset['handled'] = String(event.defaultPrevented)
    }
    delete document.body.dataset['handled']
    // At the end of the way of the event, unless it is stopped, as by those who deal with it.
    window.addEventListener('keydown', look, { once: false })
    Object.assign(globalThis, { stopLooking: () => window.removeEventListener('keydown', look) })
  })
  // A capital letter would be one with Shift.
  await page.keyboard.press(keys.replace(/[A-Z]$/, (letter) => letter.toLowerCase()))
  return page.evaluate(() => {
    ;(globalThis as unknown as { stopLooking: () => void }).stopLooking()
    const { handled } = document.body.dataset
    return handled === undefined || handled === 'true'
  })
}

/** What the toolbar and Univer's menus call what another entry does. */
const SAME: { readonly [command: string]: string } = {
  'sheet.operation.open.numfmt.panel': 'whereabouts.format',
  'sheet.operation.open.conditional.formatting.panel': 'whereabouts.rules',
  'data-validation.operation.open-validation-panel': 'whereabouts.validations',
  // What a list of the toolbar has is in a menu of its own.
  'sheet.command.add-worksheet-merge': '',
  // The menu that lists all shortcuts has those of the application as well.
  'base-ui.operation.toggle-shortcut-panel': '',
}

describe('the menus of a sheet', () => {
  const sheets = new Sheets()

  async function open(room: string, person = ann): Promise<SheetWindow> {
    const window = await sheets.open(room, person)
    await top(window, 'File').waitFor()
    return window
  }

  atNight('[OF100] have everything that the toolbar and the menus on cells do', async () => {
    await using window = await open(sheets.newRoom())
    const { page } = window
    const inMenus = await listed(window)
    const commands = async () =>
      page
        .locator('[data-u-command]')
        .evaluateAll((all) => all.map((each) => each.getAttribute('data-u-command') ?? ''))
    const inToolbar = await commands()
    expect(inToolbar.length).toBeGreaterThan(15)
    const missing = inToolbar
      .map((command) => SAME[command] ?? command)
      .filter((command) => command !== '' && !/^sheet\.menu\.|insert-function\./.test(command))
      .filter((command) => !inMenus.some(({ does }) => does === command))
    expect(missing).toEqual([])
    const labels = inMenus.map(({ label }) => label)
    for (const label of [
      'Open or save a file…',
      'Print…',
      'Share…',
      'Version history',
      'Rename',
      'New page',
      'Paste Value',
      'Row below',
      'Freeze first row',
      'Note',
      'Remove link',
      'Merge all',
      'Custom Sort',
      'Names…',
      'All functions…',
      'SUMIF',
      'ACCRINT',
      'VLOOKUP',
      'Dark',
      '简体中文',
      'Keyboard shortcuts',
    ]) {
      expect(labels).toContain(label)
    }
    // One of another document; that of this one is called as the tabs are.
    expect(labels.filter((label) => label === 'New sheet')).toHaveLength(1)
    expect(new Set(labels.filter((label) => /^[a-z-]+\./.test(label)))).toEqual(new Set())
    await untilInOrder(window)
  })

  it('[OF100] do what the toolbar does, for everyone, with undo', async () => {
    const room = sheets.newRoom()
    await using anns = await open(room)
    await using bobs = await open(room, bob)
    await anns.write('A1', 'total')
    await anns.select('A1')
    await choose(anns, 'Format', 'Bold')
    await poll(() => bobs.cell('A1')).toMatchObject({ v: 'total', s: { bl: 1 } })
    await top(anns, 'Format').click()
    await poll(() => entry(anns, 'Bold').getAttribute('aria-checked')).toBe('true')
    await anns.page.keyboard.press('Escape')
    await choose(anns, 'Format', 'Fill color', 'Green')
    await poll(() => bobs.cell('A1')).toMatchObject({ s: { bg: { rgb: '#cdeed8' } } })
    await choose(anns, 'Insert', 'Row above')
    await poll(() => bobs.cell('A2')).toMatchObject({ v: 'total' })
    await choose(anns, 'Edit', 'Undo')
    await poll(() => bobs.cell('A1')).toMatchObject({ v: 'total' })
    await untilInOrder(anns, bobs)
  })

  atNight('[OF101] show shortcuts that work', async () => {
    await using window = await open(sheets.newRoom())
    const { page } = window
    await window.untilTools()
    await window.write('B2', '7')
    const keys = (await listed(window)).flatMap((each) => each.keys ?? [])
    expect(keys.length).toBeGreaterThan(30)
    const unhandled: string[] = []
    for (const key of keys) {
      // To the menus and back to the cells.
      await top(window, 'File').focus()
      await page.keyboard.press('F10')
      if (!(await isHandled(window, key))) unhandled.push(key)
      // It is loaded when it is first opened.
      if (key === 'Control+P') await page.locator('.print-dialog').waitFor()
      await page.keyboard.press('Escape')
    }
    // The browser copies and pastes by itself, and there is no link to open.
    const other = new Set(['Control+C', 'Control+X', 'Control+V', 'Alt+Enter'])
    expect(unhandled.filter((key) => !other.has(key))).toEqual([])
  })

  it('[OF102] work by keyboard, and give the focus back', async () => {
    await using window = await open(sheets.newRoom())
    const { page } = window
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '')
    await window.select('B2')
    await page.keyboard.press('F10')
    await poll(focused).toBe('File')
    await page.keyboard.press('End')
    await poll(focused).toBe('Help')
    await page.keyboard.press('ArrowRight')
    await poll(focused).toBe('File')
    await page.keyboard.press('i')
    await poll(focused).toBe('Insert')
    await page.keyboard.press('ArrowDown')
    await poll(focused).toBe('Row above')
    await page.keyboard.press('ArrowUp')
    await poll(focused).toContain('Names…')
    await page.keyboard.press('f')
    await poll(focused).toContain('Function')
    await page.keyboard.press('ArrowRight')
    await poll(focused).toBe('Common Functions')
    await page.keyboard.press('Escape')
    await poll(focused).toContain('Function')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await poll(focused).toBe('SUMIF')
    await page.keyboard.press('ArrowRight')
    await poll(focused).toContain('Bold')
    await page.keyboard.press('ArrowLeft')
    await poll(focused).toBe('Row above')
    await page.keyboard.press('Escape')
    await poll(focused).toBe('Insert')
    await page.keyboard.press('Escape')
    await page.keyboard.type('typed')
    await page.keyboard.press('Enter')
    await poll(() => window.cell('B2')).toMatchObject({ v: 'typed' })
    await untilInOrder(window)
  })

  atNight(
    '[OF103] [OF106] have off what can’t be done, and give the focus back to the cells',
    async () => {
      await using window = await open(sheets.newRoom())
      const { page } = window
      await window.untilTools()
      const isOff = (name: string) => entry(window, name).getAttribute('aria-disabled')
      const look = async (menu: string, off: readonly string[], on: readonly string[]) => {
        await top(window, menu).click()
        for (const name of off) await poll(() => isOff(name)).toBe('true')
        for (const name of on) await poll(() => isOff(name)).toBeNull()
        await page.keyboard.press('Escape')
      }
      await window.select('B2')
      // What is beside cells is loaded after the cells.
      await poll(async () => {
        await top(window, 'Insert').click()
        const isReady = (await isOff('Note')) === null
        await page.keyboard.press('Escape')
        return isReady
      }).toBe(true)
      await look('Insert', ['Remove link', 'Delete note'], ['Link…', 'Note'])
      await window.selectRange('B2', 'C3')
      await look('Insert', ['Link…', 'Remove link', 'Note', 'Delete note'], [])
      await window.select('B2')
      await choose(window, 'Insert', 'Link…')
      await page.locator('.cell-card input').fill('example.com')
      await page.keyboard.press('Enter')
      await look('Insert', ['Delete note'], ['Link…', 'Remove link', 'Note'])
      await top(window, 'View').click()
      await poll(() => isOff('Open link')).toBeNull()
      await entry(window, 'Go to').click()
      await poll(() => isOff('Previous sheet')).toBe('true')
      await poll(() => isOff('Next sheet')).toBeNull()
      await poll(() => isOff('Charts and images')).toBe('true')
      await page.keyboard.press('Escape')
      await page.keyboard.press('Escape')
      await window.select('D4')
      await choose(window, 'View', 'Appearance', 'Dark')
      await page.keyboard.type('typed')
      await page.keyboard.press('Enter')
      await poll(() => window.cell('D4')).toMatchObject({ v: 'typed' })
      await untilInOrder(window)
    },
  )

  atNight('[OF104] list all shortcuts by Help, and by Ctrl+/', async () => {
    await using window = await open(sheets.newRoom())
    const { page } = window
    await choose(window, 'Help', 'Keyboard shortcuts')
    const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    const keys = () => dialog.locator('kbd').allTextContents()
    await poll(keys).toEqual(expect.arrayContaining(['Ctrl+Shift+L', 'Ctrl+B', 'F10']))
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await page.keyboard.press('Control+/')
    await poll(keys).toContain('F10')
  })

  it('[OF105 OF107 OF117] are one button on a phone, and leave room for the title', async () => {
    const context = await sheets.browser.newContext({
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    })
    await using window = await sheets.open(sheets.newRoom(), ann, { context })
    const { page } = window
    const button = page.getByRole('button', { name: 'Menu', exact: true })
    await button.tap()
    await entry(window, 'Insert').tap()
    await entry(window, 'Cells').tap()
    await entry(window, 'Move Down').waitFor()
    await poll(() => page.locator('.menu-panel').count()).toBe(1)
    expect(await page.getByRole('combobox', { name: 'Appearance' }).isVisible()).toBe(false)
    const [title, avatars] = [page.locator('.bar h1'), page.locator('.bar .avatars')]
    const { x, width } = (await title.boundingBox())!
    expect(width).toBeGreaterThan(60)
    expect((await avatars.boundingBox())!.x).toBeGreaterThanOrEqual(x + width)
    await entry(window, 'Back').tap()
    const box = await page.locator('.menu-panel').boundingBox()
    expect(box!.x).toBeGreaterThanOrEqual(0)
    expect(box!.x + box!.width).toBeLessThanOrEqual(390)
    await page.keyboard.press('Escape')
    await button.press('Enter')
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '')
    await poll(focused).toBe('File')
    await page.keyboard.press('i')
    await poll(focused).toBe('Insert')
    await page.keyboard.press('Enter')
    await poll(focused).toBe('Row above')
    await page.keyboard.press('ArrowUp')
    await poll(focused).toBe('Back')
    await page.keyboard.press('ArrowUp')
    await poll(focused).toContain('Names…')
    await page.keyboard.press('ArrowDown')
    await poll(focused).toBe('Back')
    await page.keyboard.press('Enter')
    await poll(focused).toBe('Insert')
    await entry(window, 'Insert').tap()
    await entry(window, 'Row above').tap()
    await poll(async () => (await window.size()).rows).toBe(1_001)
    await untilInOrder(window)
  })
})

describe('the menus of a page', () => {
  const pages = new Pages()

  async function open(room: string, person = ann): Promise<OfficeWindow> {
    const window = await pages.open(room, person)
    await top(window, 'Format').waitFor()
    await window.page.locator('.comments-button').waitFor()
    return window
  }

  it('[OF100] have everything that the toolbar and the line below the text do', async () => {
    await using window = await open(pages.newRoom())
    const { page } = window
    await window.text.click()
    await choose(window, 'Insert', 'Table')
    const labels = (await listed(window)).map(({ label }) => label)
    const shown = page.locator(
      '.toolbar button[aria-label], .toolbar select[aria-label], .page-footer button',
    )
    const inToolbar = await shown.evaluateAll((all) =>
      all.map((each) => each.getAttribute('aria-label') ?? each.textContent),
    )
    expect(inToolbar.length).toBeGreaterThan(25)
    expect(inToolbar.filter((label) => !labels.includes(label) && label !== 'File')).toEqual([])
    for (const label of [
      'Save as Markdown',
      'Insert a file…',
      'Callout',
      // What the menu of blocks has beside the toolbar.
      'Formula',
      'Formula in the line',
      'Move up',
      'Comments',
    ]) {
      expect(labels).toContain(label)
    }
  })

  atNight('[OF100] do what the toolbar does, on what is selected', async () => {
    const room = pages.newRoom()
    await using anns = await open(room)
    await using bobs = await open(room, bob)
    await anns.text.click()
    await anns.page.keyboard.type('Hello')
    await anns.page.keyboard.press('Shift+Home')
    await choose(anns, 'Format', 'Bold')
    await bobs.text.locator('strong', { hasText: 'Hello' }).waitFor()
    await choose(anns, 'Format', 'Paragraph style', 'Heading 2')
    await bobs.text.locator('h2 strong').waitFor()
    await choose(anns, 'Edit', 'Undo')
    await bobs.text.locator('h2').waitFor({ state: 'detached' })
    await choose(anns, 'Edit', 'Redo')
    await bobs.text.locator('h2 strong').waitFor()
    await choose(anns, 'Edit', 'Find and replace')
    await anns.page.keyboard.type('ll')
    await poll(() => anns.page.getByRole('search').getByRole('textbox').first().inputValue()).toBe(
      'll',
    )
    await poll(() => anns.written()).toBe('Hello')
  })

  it('[OF103] [OF106] have off what can’t be done, and give the focus back to the text', async () => {
    await using window = await open(pages.newRoom())
    const { page } = window
    await window.text.click()
    await page.keyboard.type('one')
    const isOff = (name: string) => entry(window, name).getAttribute('aria-disabled')
    await top(window, 'Edit').click()
    await poll(() => isOff('Move up')).toBe('true')
    await page.keyboard.press('Escape')
    await window.text.press('Enter')
    await page.keyboard.type('two')
    await top(window, 'Edit').click()
    await poll(() => isOff('Move up')).toBeNull()
    await page.keyboard.press('Escape')
    await top(window, 'Format').click()
    await poll(() => isOff('Decrease indent')).toBe('true')
    await poll(() => isOff('Bold')).toBeNull()
    await page.keyboard.press('Escape')
    await choose(window, 'View', 'Appearance', 'Dark')
    await page.keyboard.type(' three')
    await poll(() => window.written()).toContain('two three')
  })

  atNight('[OF101] show shortcuts that work', async () => {
    await using window = await open(pages.newRoom())
    const { page } = window
    await window.text.click()
    await page.keyboard.type('Hello')
    const keys = (await listed(window)).flatMap((each) => each.keys ?? [])
    expect(keys.length).toBeGreaterThan(25)
    const unhandled: string[] = []
    for (const key of keys) {
      await page.keyboard.press('Escape')
      await window.text.focus()
      await page.keyboard.press('Control+a')
      await page.keyboard.type('Hello')
      await page.keyboard.press('Control+a')
      // In code, text can't be bold, and what is done already isn't done.
      await page.keyboard.press(key === 'Control+Alt+0' ? 'Control+Alt+1' : 'Control+Alt+0')
      if (!(await isHandled(window, key))) unhandled.push(key)
      await page.keyboard.press('Escape')
    }
    // The browser's own.
    const own = new Set(['Control+P', 'Control+C', 'Control+X', 'Control+A'])
    expect(unhandled.filter((key) => !own.has(key))).toEqual([])
  })
})

describe('the menus of who may not edit', () => {
  const office = new GuardedOffice()

  it('[OF103] have nothing that changes the document', async () => {
    const room = office.newRoom()
    await office.allow('bob', READER)
    await using sheet = await office.sheet(room, 'bob')
    await top(sheet, 'View').waitFor()
    await poll(() => namesOf(sheet.page)).toEqual(['File', 'Edit', 'View', 'Help'])
    const labels = (await listed(sheet)).map(({ label }) => label)
    expect(labels).toContain('Copy')
    for (const label of ['Undo', 'Paste', 'Grid lines', 'Rename', 'Version history']) {
      expect(labels).not.toContain(label)
    }
  })
})

const namesOf = (page: Page) => page.locator('.menu-top').allTextContents()
