import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { build, preview, type PreviewServer } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SharedWorkbook } from '@whereabouts/univer'
import { launchChromium } from '../chromium.js'
import type { Application } from './univer/page.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const configFile = join(root, 'examples/univer/vite.config.ts')
const EXAMPLE = 'examples/univer/index.html'
const PAGE = 'test/browser/univer/index.html'
const CELL = { width: 88, height: 24 }
const HEADERS = { width: 46, height: 20 }

let folder: string
let server: PreviewServer
let browser: Browser
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'whereabouts-univer-'))
  const input = [join(root, EXAMPLE), join(root, PAGE)]
  const outDir = { outDir: folder, emptyOutDir: true }
  await build({
    root,
    configFile,
    logLevel: 'error',
    build: { ...outDir, rolldownOptions: { input } },
  })
  const port = { port: 0, host: '127.0.0.1' }
  server = await preview({ root, configFile, logLevel: 'error', build: outDir, preview: port })
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
  await rm(folder, { recursive: true })
})

class Window implements AsyncDisposable {
  readonly page: Page
  /** Unexpected errors. */
  readonly errors: string[] = []

  private constructor(page: Page) {
    this.page = page
    page.on('pageerror', (error) => this.errors.push(String(error)))
  }

  static async open(context: BrowserContext, path: string): Promise<Window> {
    const window = new Window(await context.newPage())
    await window.page.goto(new URL(path, server.resolvedUrls!.local[0]).href)
    return window
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.close()
  }
}

describe('the example', () => {
  const open = async (context: BrowserContext, name: string): Promise<Window> => {
    const window = await Window.open(context, `${EXAMPLE}?name=${name}`)
    await window.page.waitForFunction(() => 'shared' in globalThis)
    return window
  }
  const click = ({ page }: Window, row: number, column: number) =>
    page.locator('#univer-sheet-main-canvas_workbook').click({
      position: {
        x: HEADERS.width + (column + 0.5) * CELL.width,
        y: HEADERS.height + (row + 0.5) * CELL.height,
      },
    })
  const shown = ({ page }: Window, range: string) =>
    page.evaluate((wanted) => {
      const { shared } = globalThis as unknown as { shared: SharedWorkbook }
      return shared.workbook.getActiveSheet().getRange(wanted).getValue()
    }, range)
  const differences = ({ page }: Window) =>
    page.evaluate(() => (globalThis as unknown as { shared: SharedWorkbook }).shared.differences())

  it('[SD40 SH2] shares cells, formulas and cursors between two windows without a server', async () => {
    await using context = await browser.newContext()
    await using anns = await open(context, 'Ann')
    await click(anns, 0, 0)
    await anns.page.keyboard.type('21')
    await anns.page.keyboard.press('Enter')
    await using bens = await open(context, 'Ben')
    await expect.poll(() => shown(bens, 'A1')).toBe(21)
    await click(bens, 1, 1)
    await bens.page.keyboard.type('=A1*2')
    await bens.page.keyboard.press('Enter')
    await expect.poll(() => shown(anns, 'B2')).toBe(42)
    await anns.page.locator('[data-cell="B3"] [data-member]', { hasText: 'Ben' }).waitFor()
    await click(anns, 0, 0)
    await anns.page.keyboard.type('1')
    await anns.page.keyboard.press('Enter')
    await expect.poll(() => shown(bens, 'B2')).toBe(2)
    await anns.page.keyboard.press('Control+z')
    await expect.poll(() => shown(bens, 'B2')).toBe(42)
    for (const window of [anns, bens]) {
      expect(await differences(window)).toEqual([])
      expect(window.errors).toEqual([])
    }
    await bens.page.close()
    await anns.page.locator('[data-cell] [data-member]').waitFor({ state: 'detached' })
  })
})

describe('a workbook in any application', () => {
  /** Runs a function in the page. */
  const run = <T>({ page }: Window, what: (application: Application) => T | Promise<T>) =>
    page.evaluate(`(${String(what)})(globalThis.application)`) as Promise<T>
  const open = async (context: BrowserContext): Promise<Window> => {
    const window = await Window.open(context, PAGE)
    await window.page.waitForFunction(() => 'application' in globalThis)
    return window
  }

  it('[SD40] is bound to its document in both directions, with undo and without a room', async () => {
    await using context = await browser.newContext()
    await using window = await open(context)
    await run(window, (it) => it.bind())
    expect(await run(window, ({ doc }) => doc.store.clients.size)).toBe(0)
    await run(window, (it) => it.write('A1', 'here'))
    await expect.poll(() => run(window, (it) => it.stored())).toEqual({ '0:0': { v: 'here' } })
    await run(window, (it) =>
      it.elsewhere(
        { type: 'set-range-values', sheet: 'sheet-1', cellValue: { 0: { 1: { v: 7 } } } },
        { type: 'insert-lines', sheet: 'sheet-1', axis: 'rows', at: 0, count: 2 },
      ),
    )
    await expect.poll(() => run(window, (it) => it.shows('B3'))).toBe(7)
    expect(await run(window, (it) => it.shows('A3'))).toBe('here')
    expect(await run(window, ({ shared }) => shared!.steps.counts)).toEqual({ undos: 1, redos: 0 })
    await run(window, ({ shared }) => shared!.steps.undo())
    await expect.poll(() => run(window, (it) => it.stored())).toEqual({ '0:1': { v: 7 } })
    expect(await run(window, ({ shared }) => shared!.differences())).toEqual([])
    expect(window.errors).toEqual([])
  })

  it('[SD41] is released with all its edits, and can be bound again', async () => {
    await using context = await browser.newContext()
    await using window = await open(context)
    await run(window, async (it) => {
      await it.bind()
      // The last edit is not yet in the document.
      it.write('A1', 'the last word')
      it.shared!.dispose()
    })
    expect(await run(window, (it) => it.stored())).toEqual({ '0:0': { v: 'the last word' } })
    await run(window, (it) => it.elsewhere({ type: 'rename-sheet', sheet: 'sheet-1', name: 'New' }))
    await run(window, (it) => it.bind())
    expect(await run(window, (it) => it.shows('A1'))).toBe('the last word')
    expect(await run(window, ({ shared }) => shared!.snapshot()[0]!.name)).toBe('New')
    await run(window, (it) => it.write('A2', '=LEN(A1)'))
    await expect.poll(() => run(window, (it) => it.shows('A2'))).toBe(13)
    expect(await run(window, ({ shared }) => shared!.differences())).toEqual([])
    expect(window.errors).toEqual([])
  })

  it('[SD42 SD22] can’t be bound to an unknown version or without preparation', async () => {
    await using context = await browser.newContext()
    await using window = await open(context)
    const failure = (what: (application: Application) => Promise<void>) =>
      run(window, what).then(
        () => 'none',
        (error: unknown) => String(error),
      )
    await run(window, (it) => it.setFormat(99))
    expect(await failure((it) => it.bind())).toContain('RangeError')
    expect(await run(window, (it) => it.stored())).toEqual({})
    await run(window, (it) => it.setFormat(1))
    await run(window, (it) => it.bind())
    expect(await failure((it) => it.bind())).toContain('TypeError')
    expect(await failure((it) => it.bindUnprepared())).toContain('sharedPreset()')
  })

  it('[SD43 SD15] reports unsupported changes, and gives back text whose cell is gone', async () => {
    await using context = await browser.newContext()
    await using window = await open(context)
    await run(window, (it) => it.bind())
    await run(window, (it) => {
      it.canEdit.set(false)
      it.write('A1', 'refused')
    })
    expect(await run(window, (it) => it.stored())).toEqual({})
    expect(await run(window, ({ notices }) => notices)).toHaveLength(1)
    await run(window, (it) => {
      it.canEdit.set(true)
      it.write('C1', 'a word')
      it.elsewhere({ type: 'remove-lines', sheet: 'sheet-1', axis: 'rows', at: 0, count: 1 })
    })
    await expect
      .poll(() => run(window, ({ given }) => given.map(({ text }) => text)))
      .toEqual(['a word'])
    expect(await run(window, (it) => it.stored())).toEqual({})
    expect(window.errors).toEqual([])
  })
})
