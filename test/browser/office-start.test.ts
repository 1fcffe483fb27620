import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { hold } from './hold.js'
import { ann, poll, Sheets } from './sheets.js'

// What may come after the cells are drawn: also what only the tools and the menus need.
const LATER =
  /\/assets\/(?:univer-functions|function-texts|univer-icons|sheet-tools|sheet-tick|composing|images|image-file|page-document|MenuBar|press|texts|tool-texts-\w+|formulas\.worker)-/
const MOST_BYTES = 943_500
const MOST_SCRIPTS = 20
const LARGE_BYTES = 100_000
const CANVAS = 'canvas#univer-sheet-main-canvas_workbook'

describe('the start', () => {
  const sheets = new Sheets()

  it('[SH112] draws the cells before it renders the toolbar', async () => {
    const context = await sheets.browser.newContext()
    await context.addInitScript((canvas) => {
      const order: string[] = []
      Object.assign(globalThis, { order })
      const look = (what: string, selector: string) => {
        if (!order.includes(what) && document.querySelector(selector) !== null) order.push(what)
      }
      new MutationObserver(() => {
        look('toolbar', '[data-u-comp="ribbon-toolbar"]')
        look('cells', canvas)
      }).observe(document, { subtree: true, childList: true })
    }, CANVAS)
    await using window = await sheets.open(sheets.newRoom(), ann, { context })
    await window.page.getByRole('toolbar', { name: 'Tools' }).waitFor()
    const order = await window.page.evaluate(() => (globalThis as { order?: string[] }).order)
    expect(order).toEqual(['cells', 'toolbar'])
  })

  it('[SH132] draws the cells before it starts what only answers to the user', async () => {
    const context = await sheets.browser.newContext()
    await context.addInitScript((canvas) => {
      const order: string[] = []
      Object.assign(globalThis, { order })
      const note = (what: string) => void (order.includes(what) || order.push(what))
      const before = (
        of: object,
        method: string,
        look: (on: unknown, given: unknown[]) => void,
      ) => {
        const own = Reflect.get(of, method) as (...given: unknown[]) => unknown
        Reflect.set(of, method, function (this: unknown, ...given: unknown[]) {
          look(this, given)
          return Reflect.apply(own, this, given)
        })
      }
      const { prototype } = CanvasRenderingContext2D
      let texts = 0
      before(prototype, 'fillText', () => void (texts += 1))
      // The names of rows and columns are written before the cells are copied to the canvas that is seen.
      before(prototype, 'drawImage', (on) => {
        if (texts > 20 && (on as CanvasRenderingContext2D).canvas.matches(canvas)) note('cells')
      })
      // Univer sets a timer for its last stage when it has started the one before.
      before(globalThis, 'setTimeout', (_on, [callback]) => {
        if (/^\(\)=>\{this\.\w+\.stage=[\w.]+\}$/.test(String(callback))) note('rest')
      })
    }, CANVAS)
    await using window = await sheets.open(sheets.newRoom(), ann, { context })
    const order = await window.page.evaluate(() => (globalThis as { order?: string[] }).order)
    expect(order).toEqual(['cells', 'rest'])
  })

  it('[SH113] keeps the cells where they are when the toolbar comes', async () => {
    const context = await sheets.browser.newContext()
    await context.addInitScript((selector) => {
      const tops: number[] = []
      Object.assign(globalThis, { tops })
      const look = () => {
        const top = document.querySelector(selector)?.getBoundingClientRect().top
        if (top !== undefined && top !== tops.at(-1)) tops.push(top)
        requestAnimationFrame(look)
      }
      look()
    }, CANVAS)
    await using window = await sheets.open(sheets.newRoom(), ann, { context })
    await window.page.locator('[data-u-comp="ribbon-toolbar"] svg path').first().waitFor()
    const tops = await window.page.evaluate(() => (globalThis as { tops?: number[] }).tops)
    expect(tops).toHaveLength(1)
  })

  it('[SH114] loads icons and descriptions of functions after the cells', async () => {
    const context = await sheets.browser.newContext()
    const letGo = await hold(context, LATER)
    await using window = await sheets.open(sheets.newRoom(), ann, { context })
    await window.write('A1', '=sum(1,2)')
    await poll(() => window.cell('A1')).toMatchObject({ f: '=SUM(1,2)' })
    letGo()
    await window.page.locator('[data-u-comp="ribbon-toolbar"] svg path').first().waitFor()
    await window.select('A2')
    await window.page.keyboard.type('=SU')
    await window.page.getByText('Adds').first().waitFor()
  })

  it('[OF7 SH133 SH134] loads no more than the limits until a sheet can be used', async () => {
    const context = await sheets.browser.newContext()
    await hold(context, LATER)
    const scripts: Promise<Buffer>[] = []
    context.on('response', (response) => {
      const isScript = response.request().resourceType() === 'script'
      if (isScript) scripts.push(response.body())
    })
    await using window = await sheets.open(sheets.newRoom(), ann, { context })
    expect(await window.ownCell()).toBe('A1')
    const bodies = await Promise.all(scripts)
    const bytes = bodies.reduce((sum, body) => sum + gzipSync(body, { level: 9 }).length, 0)
    expect(bytes).toBeGreaterThan(MOST_BYTES / 10)
    expect(bytes).toBeLessThanOrEqual(MOST_BYTES)
    expect(bodies.length).toBeLessThanOrEqual(MOST_SCRIPTS)
    const large = bodies.filter(({ length }) => length > LARGE_BYTES)
    expect(large.length).toBeGreaterThanOrEqual(2)
    for (const body of large) {
      expect(body.toString('utf8', 0, 40)).toMatch(/^\/\/# allFunctionsCalledOnLoad\n/)
    }
  })

  it('[OF8] sends scripts and styles compressed, to be kept', async () => {
    const address = `${sheets.baseUrl}/sheets/any`
    const page = await (await fetch(address)).text()
    const files = [...page.matchAll(/(?:src|href)="([^"]*\/assets\/[^"]+\.(?:js|css))"/g)]
    expect(files.length).toBeGreaterThanOrEqual(2)
    for (const [, file] of files) {
      for (const encoding of ['br', 'gzip']) {
        const headers = { 'accept-encoding': encoding }
        const answer = await fetch(new URL(file!, address), { headers })
        expect(answer.headers.get('content-encoding')).toBe(encoding)
        expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
        expect(answer.headers.get('vary')).toBe('Accept-Encoding')
      }
      for (const [accepted, encoding] of [
        ['br;q=0, gzip', 'gzip'],
        ['gzip; q=0.0', null],
        ['x-br', null],
        ['br;q=0.5', 'br'],
      ] as const) {
        const headers = { 'accept-encoding': accepted }
        const answer = await fetch(new URL(file!, address), { headers })
        expect(answer.headers.get('content-encoding'), accepted).toBe(encoding)
      }
    }
  })

  it('[OF9] shows the name before any script is there', async () => {
    await using context = await sheets.browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(`${sheets.baseUrl}/sheets/any`)
    await poll(() => page.getByText('whereabouts').isVisible()).toBe(true)
  })
})
