import type { Locator } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { atNight } from '../at-night.js'
import { GuardedOffice, READER, WRITER } from './guarded-office.js'
import { postDocument } from './office-window.js'
import type { SheetWindow } from './sheet-window.js'
import { RED, writeRed } from './red-picture.js'
import { ann, bob, poll, Sheets, untilInOrder } from './sheets.js'
import { Touch } from './touch.js'

interface Place {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

const images = ({ page }: SheetWindow): Locator => page.locator('.sheet-image:not([aria-hidden])')
const bar = ({ page }: SheetWindow): Locator => page.getByRole('toolbar', { name: 'Image' })
const named = ({ page }: SheetWindow, name: string): Locator =>
  page.getByRole('button', { name, exact: true })

/** Returns where an image is, from the corner of the grid. */
async function placeOf(window: SheetWindow, at = 0): Promise<Place | undefined> {
  const box = await images(window).nth(at).boundingBox({ timeout: 1_000 })
  const canvas = await window.canvas.boundingBox()
  if (box === null || canvas === null) return undefined
  const [left, top] = [Math.round(box.x - canvas.x), Math.round(box.y - canvas.y)]
  return { left, top, width: Math.round(box.width), height: Math.round(box.height) }
}

async function untilAt(place: Place, ...windows: SheetWindow[]): Promise<void> {
  for (const window of windows)
    await poll(() => placeOf(window).catch(() => undefined)).toEqual(place)
}

const untilCount = async (count: number, ...windows: SheetWindow[]): Promise<void> => {
  for (const window of windows) await poll(() => images(window).count()).toBe(count)
}

/** A picture for whoever looks at them, if the environment says where they go. */
async function look({ page }: SheetWindow, name: string): Promise<void> {
  const folder = process.env['PICTURES']
  if (folder !== undefined) await page.screenshot({ path: `${folder}/images-${name}.png` })
}

/** Drops a file with an image on a point of the grid. */
async function drop(window: SheetWindow, x: number, y: number, type = 'image/png'): Promise<void> {
  const canvas = await window.canvas.boundingBox()
  if (canvas === null) throw new Error('the grid is not visible')
  await window.page.evaluate(
    async ([source, kind, clientX, clientY]) => {
      const dataTransfer = new DataTransfer()
      const bytes = Uint8Array.from(atob(source), (character) => character.charCodeAt(0))
      dataTransfer.items.add(new File([bytes], 'red dot.png', { type: kind }))
      const target = document.elementFromPoint(clientX, clientY)!
      const event = { dataTransfer, clientX, clientY, bubbles: true, cancelable: true }
      target.dispatchEvent(new DragEvent('drop', event))
    },
    [RED, type, canvas.x + x, canvas.y + y] as const,
  )
}

/** Puts a picture into the clipboard as browsers do. */
const copyPicture = ({ page }: SheetWindow): Promise<void> =>
  page.evaluate(async (source) => {
    const bytes = Uint8Array.from(atob(source), (character) => character.charCodeAt(0))
    const picture = new Blob([bytes], { type: 'image/png' })
    const html = new Blob(['<img src="https://elsewhere.invalid/a.png">'], { type: 'text/html' })
    const item = new ClipboardItem({ 'image/png': picture, 'text/html': html })
    await navigator.clipboard.write([item])
  }, RED)

// Headers are 46 by 20 pixels, and cells 88 by 24.
const B2 = { left: 134, top: 44, width: 60, height: 40 }

describe('images of a sheet', () => {
  const sheets = new Sheets()

  async function open(room: string, person = ann): Promise<SheetWindow> {
    const window = await sheets.open(room, person)
    await window.untilTools()
    return window
  }

  async function paste(window: SheetWindow, cell: string): Promise<void> {
    await window.select(cell)
    await copyPicture(window)
    await window.page.keyboard.press('Control+v')
    await images(window).first().waitFor()
  }

  it('[SH180 SH181 SH182 SD60] are pasted, moved and resized by mouse, deleted, and undone alone', async () => {
    const room = sheets.newRoom()
    await using anns = await open(room)
    await using bobs = await open(room, bob)
    await paste(anns, 'B2')
    await untilAt(B2, anns, bobs)
    await bobs.write('A9', 'by Bob')
    await anns.drag({ x: 160, y: 60 }, { x: 260, y: 160 })
    await untilAt({ ...B2, left: 234, top: 144 }, anns, bobs)
    await images(anns).focus()
    await anns.drag({ x: 292, y: 182 }, { x: 352, y: 222 })
    await untilAt({ left: 234, top: 144, width: 120, height: 80 }, anns, bobs)
    await images(anns).focus()
    await anns.page.keyboard.press('Control+z')
    await untilAt({ ...B2, left: 234, top: 144 }, anns, bobs)
    await anns.page.keyboard.press('Delete')
    await untilCount(0, anns, bobs)
    // The focus is in the cells again.
    await anns.page.keyboard.press('Control+z')
    await untilAt({ ...B2, left: 234, top: 144 }, anns, bobs)
    await anns.page.keyboard.press('Control+z')
    await anns.page.keyboard.press('Control+z')
    await untilCount(0, anns, bobs)
    await bobs.untilShows('A9', 'by Bob')
    await anns.untilSaved()
    await untilInOrder(anns, bobs)
  })

  it('[SH212] are dragged by one pointer at a time, and by the next one after that', async () => {
    await using window = await open(sheets.newRoom())
    const { page, canvas } = window
    await paste(window, 'B2')
    await untilAt(B2, window)
    const grid = (await canvas.boundingBox())!
    const touch = await Touch.of(page)
    const at = { x: grid.x + 150, y: grid.y + 60 }
    await page.mouse.move(at.x, at.y)
    await page.mouse.down()
    await page.mouse.move(at.x + 10, at.y, { steps: 2 })
    await untilAt({ ...B2, left: B2.left + 10 }, window)
    await touch.drag(at, { x: 80, y: 90 })
    await page.mouse.move(at.x + 100, at.y, { steps: 4 })
    await untilAt({ ...B2, left: B2.left + 100 }, window)
    await page.mouse.up()
    await window.untilSaved()
    await untilAt({ ...B2, left: B2.left + 100 }, window)
    await touch.drag({ x: at.x + 100, y: at.y }, { x: 0, y: 50 })
    await untilAt({ ...B2, left: B2.left + 100, top: B2.top + 50 }, window)
    await untilInOrder(window)
  })

  atNight(
    '[SD60 SD63 SH180] merge what two people change of one, and go with their cells',
    async () => {
      const room = sheets.newRoom()
      await using anns = await open(room)
      await using bobs = await open(room, bob)
      await paste(anns, 'B2')
      await untilAt(B2, bobs)
      await bobs.insertRowAbove('D1')
      await untilAt({ ...B2, top: 68 }, anns, bobs)
      await anns.page.context().setOffline(true)
      await images(anns).focus()
      await anns.page.keyboard.press('ArrowRight')
      await untilAt({ ...B2, left: 142, top: 68 }, anns)
      await images(bobs).focus()
      for (let step = 0; step < 3; step++) await bobs.page.keyboard.press('Shift+ArrowRight')
      await untilAt({ left: 134, top: 68, width: 84, height: 55 }, bobs)
      await anns.page.context().setOffline(false)
      await untilAt({ left: 142, top: 68, width: 84, height: 55 }, anns, bobs)
      await bobs.deleteRow(3)
      await untilAt({ left: 142, top: 68, width: 84, height: 55 }, anns, bobs)
      await bobs.canvas.click({ position: { x: 500, y: 300 } })
      await bobs.page.keyboard.press('Control+z')
      await untilAt({ left: 142, top: 68, width: 84, height: 55 }, anns, bobs)
      await bobs.untilInOrder()
      await anns.untilInOrder()
    },
  )

  it('[SH180 SH184 SD64] scroll, zoom and are cut with the cells, frozen ones too, and are copied with their sheet', async () => {
    const room = sheets.newRoom()
    await using anns = await open(room)
    await paste(anns, 'B2')
    await images(anns).hover()
    await anns.page.mouse.wheel(0, 24)
    await poll(async () => (await placeOf(anns))?.top).toBe(20)
    await anns.page.mouse.wheel(0, 2_000)
    await untilCount(0, anns)
    await anns.page.mouse.wheel(0, -3_000)
    await untilAt(B2, anns)
    await anns.canvas.hover({ position: { x: 500, y: 300 } })
    await anns.zoom(5)
    // Its corner and its size grow alike, as those of the cells.
    await poll(async () => {
      const { left, top, width, height } = (await placeOf(anns))!
      const by = width / B2.width
      const offBy = [left - by * B2.left, top - by * B2.top, height - by * B2.height]
      return by > 1.2 && Math.max(...offBy.map(Math.abs)) < 2
    }).toBe(true)
    await look(anns, 'zoomed')
    await anns.tab('Sheet 1').click({ button: 'right' })
    await anns.page.getByText('Copy', { exact: true }).click()
    await poll(async () => (await anns.tabs()).length).toBe(4)
    await untilCount(1, anns)
    await anns.canvas.click({ position: { x: 500, y: 300 } })
    await anns.page.keyboard.press('Control+z')
    await poll(async () => (await anns.tabs()).length).toBe(3)
    await untilInOrder(anns)
  })

  atNight(
    '[SH181 SH183] are dropped, described, ordered and fitted into cells by keyboard, and announced',
    async () => {
      const room = sheets.newRoom()
      await using anns = await open(room)
      await using bobs = await open(room, bob)
      await drop(anns, 134, 44)
      await untilAt(B2, anns, bobs)
      await anns.page
        .locator('.sheet-images [aria-live]', { hasText: 'The image is at B2.' })
        .waitFor({ state: 'attached' })
      await named(bobs, 'Image: red dot').waitFor()
      await anns.page.keyboard.press('Enter')
      await bar(anns).getByLabel('What the image shows').fill('a red picture')
      await anns.page.keyboard.press('Enter')
      await named(bobs, 'Image: a red picture').waitFor()
      await poll(() => anns.page.evaluate(() => document.activeElement?.ariaLabel)).toBe(
        'Image: a red picture',
      )
      await look(anns, 'selected')
      await drop(anns, 154, 54)
      await untilCount(2, anns, bobs)
      const order = () => images(bobs).evaluateAll((all) => all.map((each) => each.ariaLabel))
      await poll(order).toEqual(['Image: a red picture', 'Image: red dot'])
      await anns.page.keyboard.press('Tab')
      await bar(anns).getByText('Send to back').click()
      await poll(order).toEqual(['Image: red dot', 'Image: a red picture'])
      await bar(anns).getByText('Delete image').click()
      await untilCount(1, anns, bobs)
      await anns.page.keyboard.press('Control+Alt+5')
      await named(anns, 'Image: a red picture').and(anns.page.locator(':focus')).waitFor()
      await anns.page.keyboard.press('Tab')
      await bar(anns).getByText('Fit into the cell').press('Enter')
      await untilAt({ left: 160, top: 44, width: 36, height: 24 }, anns, bobs)
      await anns.page.keyboard.press('ArrowDown')
      await untilAt({ left: 160, top: 68, width: 36, height: 24 }, anns, bobs)
      await anns.page.keyboard.press('Escape')
      await anns.page.keyboard.type('in a cell')
      await anns.page.keyboard.press('Enter')
      await poll(() => anns.texts()).toContain('in a cell')
      await untilInOrder(anns, bobs)
    },
  )

  it('[SH181] take no key from who goes on before they are there', async () => {
    await using window = await open(sheets.newRoom())
    const { page } = window
    await page.evaluate(() => {
      let readOn = () => {}
      const mayRead = new Promise<void>((resolve) => void (readOn = resolve))
      HTMLImageElement.prototype.decode = () => mayRead
      Object.assign(globalThis, { readOn })
    })
    await drop(window, 300, 200)
    await window.select('A2')
    await page.keyboard.type('wo')
    await page.evaluate(() => (globalThis as unknown as { readOn: () => void }).readOn())
    await untilCount(1, window)
    await page.keyboard.type('rd')
    await page.keyboard.press('Enter')
    await poll(() => window.cell('A2')).toMatchObject({ v: 'word' })
    await untilInOrder(window)
  })

  it('[SH29] of another kind are refused with a notice, and nothing changes', async () => {
    await using anns = await open(sheets.newRoom())
    await drop(anns, 134, 44, 'image/svg+xml')
    await anns.notice.filter({ hasText: 'Only PNG, JPEG, GIF and WebP' }).waitFor()
    await untilCount(0, anns)
    await untilInOrder(anns)
  })

  atNight(
    '[SH180 SD63] are in each pane of frozen rows and columns, and stay with their cells',
    async () => {
      const room = sheets.newRoom()
      await postDocument(sheets.baseUrl, room, (doc) => {
        doc.getMap('sheets').set('sheet-1/frozen-rows', 'i0001i')
        doc.getMap('sheets').set('sheet-1/frozen-columns', 'i0000i')
        writeRed(doc, 'frozen', { cell: '1:0', x: 70, y: 10 })
        writeRed(doc, 'free', { cell: '4:2', x: 0, y: 0 })
      })
      await using anns = await open(room)
      await poll(() => anns.page.locator('.sheet-image').count()).toBe(5)
      await poll(() => images(anns).count()).toBe(2)
      await look(anns, 'frozen')
      await anns.canvas.hover({ position: { x: 500, y: 300 } })
      await anns.page.mouse.wheel(0, 240)
      // What goes beyond the frozen rows is scrolled, and the other image is out of sight.
      await poll(() => anns.page.locator('.sheet-image').count()).toBe(2)
      await poll(() => images(anns).count()).toBe(1)
      await look(anns, 'frozen-scrolled')
      await anns.page.emulateMedia({ colorScheme: 'dark' })
      await look(anns, 'dark')
      await untilInOrder(anns)
    },
  )

  it('[SD61] of strangers never run, load nothing, and leave the sheet usable', async () => {
    const room = sheets.newRoom()
    await postDocument(sheets.baseUrl, room, (doc) => {
      const place = { cell: '1:1', x: 0, y: 0 }
      const svg = btoa('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')
      writeRed(doc, 'good', place)
      writeRed(doc, 'svg', place, { source: `data:image/svg+xml;base64,${svg}` })
      writeRed(doc, 'far', place, { source: 'https://elsewhere.invalid/a.png' })
      writeRed(doc, 'broken', place, { source: 'data:image/png;base64,AAAA' })
    })
    await using anns = await open(room)
    await untilCount(2, anns)
    await anns.write('A1', 'usable')
    await anns.untilSaved()
    await untilInOrder(anns)
  })
})

describe('images where somebody may only view', () => {
  const sheets = new GuardedOffice()

  it('[SH185 SH213] are shown, but not changed, and have no keys that change them', async () => {
    const room = sheets.newRoom()
    await sheets.allow('ann', WRITER)
    await sheets.allow('bob', READER)
    await using writer = await sheets.sheet(room, 'ann')
    await writer.untilTools()
    await drop(writer, 134, 44)
    await untilCount(1, writer)
    await writer.untilSaved()
    await using reader = await sheets.sheet(room, 'bob')
    await reader.untilTools()
    await untilAt(B2, reader)
    await reader.page.getByRole('img', { name: 'Image: red dot' }).focus()
    await reader.page.keyboard.press('Delete')
    await reader.drag({ x: 160, y: 60 }, { x: 260, y: 160 })
    await untilAt(B2, reader, writer)
    await drop(reader, 234, 44)
    await reader.notice.filter({ hasText: 'You can view this document' }).waitFor()
    await untilCount(1, reader, writer)
    expect(await bar(reader).count()).toBe(0)
    const keysOf = ({ page }: SheetWindow) => page.locator('#sheet-image-hint').textContent()
    await poll(() => keysOf(reader)).toBe('Escape leads back to the cells.')
    await poll(() => keysOf(writer)).toContain('Delete deletes it')
  })
})
