import { describe, expect, it } from 'vitest'
import { startServer } from '../servers/standalone.js'
import { atNight } from '../at-night.js'
import { type OfficeWindow, postDocument } from './office-window.js'
import { ann, bob, Pages, pasteFile, PNG, press, reads, type, writeLongPage } from './pages.js'

const pages = new Pages()

const note = ({ page }: OfficeWindow, text: string) =>
  page.locator('.state-note', { hasText: text })

describe('images', () => {
  it('[PG8] are pasted into the document itself', async () => {
    const room = pages.newRoom()
    await using anns = await pages.open(room, ann)
    await using bobs = await pages.open(room, bob)
    await type(anns, 'Look:')
    await pasteFile(anns, { type: 'image/png', bytes: 0, name: 'red.png' })
    const image = bobs.text.locator('img[src^="data:"]')
    await image.waitFor()
    await expect.poll(() => image.getAttribute('src')).toBe(`data:image/png;base64,${PNG}`)
    await expect.poll(() => image.getAttribute('alt')).toBe('red.png')
    await expect.poll(() => image.evaluate((one) => (one as HTMLImageElement).naturalWidth)).toBe(1)
    expect([...anns.complaints, ...bobs.complaints]).toEqual([])
  })

  it('[PG8] can be dropped at any place, but are pasted from other pages only as files', async () => {
    const room = pages.newRoom()
    await postDocument(pages.baseUrl, room, writeLongPage)
    await using anns = await pages.open(room, ann)
    await anns.text.getByText('Line 2', { exact: true }).evaluate((line, png) => {
      const content = Uint8Array.from(atob(png), (character) => character.charCodeAt(0))
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File([content], 'red.png', { type: 'image/png' }))
      const { left, bottom } = line.getBoundingClientRect()
      const at = { clientX: left + 5, clientY: bottom - 2, bubbles: true, cancelable: true }
      line.dispatchEvent(new DragEvent('drop', { dataTransfer, ...at }))
    }, PNG)
    await anns.text.locator('img').waitFor()
    await reads(anns, /Line 1\n(Line 2\n)?\n(Line 2\n)?Line 3/)
    await anns.text.evaluate((text) => {
      const clipboardData = new DataTransfer()
      clipboardData.setData(
        'text/html',
        '<p>from afar<img src="https://elsewhere.invalid/a.png"></p>',
      )
      clipboardData.setData('text/plain', 'from afar')
      text.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
      )
    })
    await anns.notice.filter({ hasText: 'Some images were not pasted' }).waitFor()
    await reads(anns, /from afar/)
    await expect.poll(() => anns.text.locator('img').count()).toBe(1)
    expect(anns.complaints).toEqual([])
  })

  it('[PG8] are refused with a notice if they are too large or not bitmaps', async () => {
    await using anns = await pages.open(pages.newRoom(), ann)
    await type(anns, 'Look:')
    await pasteFile(anns, { type: 'image/gif', bytes: 256 * 1024 + 1, name: 'large.gif' })
    await anns.notice
      .filter({ hasText: 'large.gif is too large. An image may have up to 256 KiB' })
      .waitFor()
    await pasteFile(anns, { type: 'image/svg+xml', bytes: 0, name: 'drawn.svg' })
    await anns.notice.filter({ hasText: 'drawn.svg can’t be inserted' }).waitFor()
    await pasteFile(anns, { type: 'image/png', bytes: 21 * 1024 * 1024, name: 'huge.png' })
    await anns.notice.filter({ hasText: 'huge.png is too large' }).waitFor()
    expect(await anns.text.locator('img[src]').count()).toBe(0)
    expect(anns.complaints).toEqual([])
  })

  it('[PG8] are scaled down if possible', async () => {
    const room = pages.newRoom()
    await using anns = await pages.open(room, ann)
    await anns.text.evaluate(async (text) => {
      const canvas = document.createElement('canvas')
      canvas.width = 900
      canvas.height = 700
      const context = canvas.getContext('2d')!
      const noise = context.createImageData(canvas.width, canvas.height)
      for (let at = 0; at < noise.data.length; at += 1) noise.data[at] = (at * 7919) % 251
      context.putImageData(noise, 0, 0)
      const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
      const clipboardData = new DataTransfer()
      const content = new Uint8Array(400_000)
      content.set(new Uint8Array(await blob!.arrayBuffer()).subarray(0, 400_000))
      clipboardData.items.add(new File([blob!, content], 'noise.png', { type: 'image/png' }))
      text.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
      )
    })
    const image = anns.text.locator('img[src^="data:image/webp"]')
    await image.waitFor()
    const src = (await image.getAttribute('src')) ?? ''
    expect(src.length).toBeLessThan((256 * 1024 * 4) / 3 + 100)
    await anns.untilSaved()
  })

  it('[DO34 PG8] are refused with a notice if the document is full', async () => {
    await using small = await startServer({ maxDocumentBytes: 40_000 })
    const room = pages.newRoom()
    await using anns = await pages.open(room, ann, { baseUrl: small.baseUrl })
    await type(anns, 'Look:')
    await pasteFile(anns, { type: 'image/png', bytes: 60_000, name: 'red.png' })
    await note(anns, 'This document is full').waitFor()
    await press(anns, 'Control+z')
    // Until then the browser would ask whether to leave.
    await anns.untilSaved()
    await anns.page.reload()
    await anns.untilOpen()
    await type(anns, 'taken out')
    await anns.untilSaved()
    await reads(anns, /taken out/)
    await expect.poll(() => note(anns, 'full').count()).toBe(0)
  })

  atNight('[DO34 CL45] can be taken out of a full document after a reload', async () => {
    await using small = await startServer({ maxDocumentBytes: 40_000 })
    await using anns = await pages.open(pages.newRoom(), ann, { baseUrl: small.baseUrl })
    await pasteFile(anns, { type: 'image/png', bytes: 60_000, name: 'red.png' })
    await anns.page.getByText('Not saved yet, kept in this browser').waitFor()
    await anns.page.reload()
    await anns.text.locator('img').waitFor()
    await note(anns, 'This document is full').waitFor()
    await press(anns, 'Control+a')
    await type(anns, 'taken out')
    await anns.untilSaved()
    await reads(anns, /^taken out$/)
  })
})
