import { describe, expect, it } from 'vitest'
import { atNight } from '../at-night.js'
import type { SheetWindow } from './sheet-window.js'
import { ann, bob, poll, Sheets } from './sheets.js'

const sheets = new Sheets()

const opacityOf = async (window: SheetWindow, name: string) =>
  Number(await window.tag(name).evaluate((tag) => getComputedStyle(tag).opacity))

/** Returns the side of a marker at which its tag is: `above`, `below` or `on it`. */
async function sideOf(window: SheetWindow, name: string, cell: string): Promise<string> {
  const tag = (await window.tag(name).boundingBox())!
  const marker = (await window.marker(cell).boundingBox())!
  if (tag.y + tag.height <= marker.y + 1) return 'above'
  return tag.y >= marker.y + marker.height - 1 ? 'below' : 'on it'
}

describe('name tags', () => {
  atNight('[SH32] fade without activity, and reappear on a move and under the mouse', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await bobs.select('C5')
    await anns.marker('C5').waitFor()
    await poll(() => opacityOf(anns, 'Bob')).toBe(1)
    await poll(() => opacityOf(anns, 'Bob')).toBe(0)
    await poll(() => anns.marker('C5').locator('.ring').count()).toBe(1)

    await bobs.page.keyboard.press('ArrowDown')
    await anns.marker('C6').waitFor()
    await poll(() => opacityOf(anns, 'Bob')).toBe(1)
    await poll(() => opacityOf(anns, 'Bob')).toBe(0)

    const box = (await anns.marker('C6').boundingBox())!
    await anns.page.mouse.move(box.x + 10, box.y + 10)
    await poll(() => opacityOf(anns, 'Bob')).toBe(1)
    await anns.page.mouse.move(box.x + 300, box.y + 10)
    await poll(() => opacityOf(anns, 'Bob')).toBe(0)
  })

  it('[SH32] stay while their member types', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await bobs.select('C5')
    await bobs.page.keyboard.type('x')
    const tag = anns.marker('C5').locator('.tag[data-typing]')
    await tag.waitFor()
    const animations = await tag.evaluate((element) => element.getAnimations().length)
    expect(animations).toBe(0)
  })

  atNight('[SH33] cover no data if possible, and never their own cell', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await anns.write('C4', 'data')
    await bobs.select('C5')
    await anns.marker('C5').waitFor()
    await poll(() => sideOf(anns, 'Bob', 'C5')).toBe('below')
    await anns.write('C6', 'more')
    await poll(() => sideOf(anns, 'Bob', 'C5')).toBe('above')
    await bobs.select('C8')
    await anns.marker('C8').waitFor()
    await poll(() => sideOf(anns, 'Bob', 'C8')).toBe('above')
  })

  atNight('[SH33 SH34] are fully visible above the only frozen row', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await anns.openMenu('A2')
    await anns.page.getByText('Freeze', { exact: true }).hover()
    await anns.page.getByText(/^Freeze first row/i).click()
    await bobs.select('C1')
    const marker = anns.marker('C1')
    await marker.waitFor()
    await poll(() => marker.count()).toBe(1)
    await poll(() => sideOf(anns, 'Bob', 'C1')).toBe('above')
    const tag = (await anns.tag('Bob').boundingBox())!
    const canvas = (await anns.canvas.boundingBox())!
    expect(tag.y).toBeGreaterThanOrEqual(canvas.y)
    // The element at its middle is the tag, so nothing covers it.
    const isWhole = await anns.tag('Bob').evaluate((element) => {
      const box = element.getBoundingClientRect()
      const clips = (node: Element | null): boolean => {
        if (node === null) return false
        const style = getComputedStyle(node)
        const outer = node.getBoundingClientRect()
        const cuts =
          style.overflow === 'hidden' && (box.top < outer.top || box.bottom > outer.bottom)
        return cuts || clips(node.parentElement)
      }
      return !clips(element.parentElement)
    })
    expect(isWhole).toBe(true)
  })
})

describe('a marker', () => {
  it('[SH34] is a line if its row is hidden', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await bobs.select('C5')
    await anns.marker('C5').waitFor()
    const before = (await anns.marker('C5').boundingBox())!
    await anns.openRowMenu(5)
    await anns.page.getByText('Hide Selected Row').dispatchEvent('click')
    await poll(
      async () => (await anns.marker('C5').locator('.ring').boundingBox())?.height,
    ).toBeLessThan(8)
    const offset = async () => {
      const line = (await anns.marker('C5').locator('.ring').boundingBox())!
      return Math.abs(line.y + line.height / 2 - before.y)
    }
    await poll(offset).toBeLessThan(3)
    await poll(() => anns.tag('Bob').count()).toBe(1)
  })
})

describe('editing', () => {
  it('[SH35] leaks no event listener, in the own window and in others', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    const count = async (window: SheetWindow) => {
      const session = await window.page.context().newCDPSession(window.page)
      await session.send('Performance.enable')
      await session.send('HeapProfiler.collectGarbage')
      const { metrics } = await session.send('Performance.getMetrics')
      await session.detach()
      return metrics.find(({ name }) => name === 'JSEventListeners')!.value
    }
    await anns.select('A1')
    const edit = async (times: number, first: number) => {
      for (let at = first; at < first + times; at++) {
        await anns.page.keyboard.type(`t${at}`)
        await anns.page.keyboard.press('Enter')
        await bobs.untilCell([at, 0], `t${at}`)
      }
    }
    // Everything that is created once exists by now.
    await edit(3, 0)
    const before = [await count(anns), await count(bobs)]
    await edit(40, 3)
    // A request in flight and much else has listeners for a moment, about 20; what edits leak stays,
    // and is more, even if the first count was taken at such a moment.
    const grown = async () =>
      Math.max((await count(anns)) - before[0]!, (await count(bobs)) - before[1]!)
    await poll(grown).toBeLessThanOrEqual(2)
  })
})
