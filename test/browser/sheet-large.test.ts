import { describe, expect, it } from 'vitest'
import { ann, bob, Sheets, untilInOrder } from './sheets.js'
import type { SheetWindow } from './sheet-window.js'

const ROWS = 960
const COLUMNS = 26
// Far above what a slice takes, also on a machine under load.
const LONG_MS = 500

const sheets = new Sheets()

const table = Array.from({ length: ROWS }, (_, row) =>
  Array.from({ length: COLUMNS }, (__, column) => `text ${row} ${column}`),
)
const text = table.map((cells) => cells.join('\t')).join('\n')
const html = `<table>${table.map((cells) => `<tr><td>${cells.join('<td>')}`).join('')}</table>`
const last = [ROWS - 1, COLUMNS - 1] as const
const lastText = `text ${last.join(' ')}`

/** Starts a paste: when this returns, some of it may be there. */
async function startPaste(window: SheetWindow): Promise<void> {
  await window.select('A1')
  await window.paste(text)
}

/** Collects how long the page's long tasks take. */
async function watchTasks({ page }: SheetWindow): Promise<() => Promise<number[]>> {
  const tasks = await page.evaluateHandle(() => {
    const durations: number[] = []
    new PerformanceObserver((list) => {
      durations.push(...list.getEntries().map(({ duration }) => duration))
    }).observe({ type: 'longtask' })
    return durations
  })
  return () => tasks.jsonValue()
}

describe('a large paste', () => {
  it.each([
    ['text', undefined],
    ['HTML', html],
  ])('[SH120] of %s never keeps the page busy for long, here or elsewhere', async (_, content) => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await anns.select('A1')
    await anns.copy(text, content)
    const tasks = await Promise.all([anns, bobs].map(watchTasks))
    await anns.page.keyboard.press('Control+v')
    await anns.untilCell(last, lastText)
    await bobs.untilCell(last, lastText)
    await anns.untilSaved()
    const long = (await Promise.all(tasks.map((durations) => durations()))).flat()
    expect(long.filter((ms) => ms > LONG_MS)).toEqual([])
    await untilInOrder(anns, bobs)
    await anns.page.keyboard.press('Control+z')
    await expect.poll(() => bobs.texts()).toEqual([])
    await untilInOrder(anns, bobs)
  })

  it('[SH121] doesn’t overwrite what is typed after it into a cell that it hasn’t reached', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await startPaste(anns)
    await anns.page.keyboard.type('typed')
    await anns.page.keyboard.press('Enter')
    await anns.untilCell(last, lastText)
    await bobs.untilCell(last, lastText)
    for (const window of [anns, bobs]) await window.untilCell([0, 0], 'typed')
    await untilInOrder(anns, bobs)
    await anns.page.keyboard.press('Control+z')
    for (const window of [anns, bobs]) await window.untilCell([0, 0], 'text 0 0')
    await anns.page.keyboard.press('Control+z')
    await expect.poll(() => bobs.texts()).toEqual([])
    await untilInOrder(anns, bobs)
  })

  it('[SH121 SH28] by others is all there before a row is inserted or a cell copied', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await bobs.openMenu('A1')
    await bobs.insertEntry.hover()
    const button = bobs.page.getByRole('button').filter({ hasText: 'rows above' })
    await button.waitFor()
    await startPaste(anns)
    await bobs.untilCell([0, 0], 'text 0 0')
    await button.dispatchEvent('click')
    for (const window of [anns, bobs]) await window.untilCell([ROWS, COLUMNS - 1], lastText)
    await untilInOrder(anns, bobs)
  })

  it('[SH122 SH72] counts as not saved until all of it is in the document', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await anns.untilSaved()
    await anns.select('A1')
    await anns.copy(text)
    const asked = await anns.page.evaluateHandle(
      ([row, column, value]) => {
        const { whereabouts } = globalThis as unknown as {
          whereabouts: { cell: (sheet: string, row: number, column: number) => { v?: unknown } }
        }
        const answers: boolean[] = []
        const look = () => {
          const isBegun = whereabouts.cell('sheet-1', 0, 0).v !== undefined
          const isWhole = whereabouts.cell('sheet-1', row, column).v === value
          const closing = new Event('beforeunload', { cancelable: true })
          if (isBegun && !isWhole) answers.push(!dispatchEvent(closing))
          if (!isWhole) setTimeout(look)
        }
        look()
        return answers
      },
      [...last, lastText] as const,
    )
    await anns.page.keyboard.press('Control+v')
    await anns.untilCell(last, lastText)
    expect(new Set(await asked.jsonValue())).toEqual(new Set([true]))
    await anns.untilSaved()
  })
})
