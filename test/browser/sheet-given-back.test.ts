import { describe, expect, it } from 'vitest'
import { atNight } from '../at-night.js'
import { Line } from './line.js'
import { fetchDocument } from './office-window.js'
import type { SheetWindow } from './sheet-window.js'
import { ann, bob, poll, Sheets } from './sheets.js'

const sheets = new Sheets()

/** Fetches the contents of all cells from the server. */
async function stored(room: string): Promise<string> {
  const doc = await fetchDocument(sheets.baseUrl, room)
  return JSON.stringify(['sheet-1', 'sheet-2'].map((id) => doc.getMap(`cells:${id}`).toJSON()))
}

async function mergeNine(window: SheetWindow): Promise<void> {
  await window.select('A1')
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowDown']) {
    await window.page.keyboard.press(`Shift+${key}`)
  }
  await window.button('sheet.command.add-worksheet-merge').click()
  await window.page.getByText('Merge all', { exact: true }).dispatchEvent('click')
}

async function deleteSheet(window: SheetWindow, name: string): Promise<void> {
  await window.tab(name).click({ button: 'right' })
  await window.page.getByText('Delete', { exact: true }).click()
  await window.page.getByRole('button', { name: /confirm|ok|delete/i }).click()
}

const GONE: [string, (window: SheetWindow) => Promise<void>][] = [
  ['with its row', (window) => window.deleteRow(2)],
  ['under a merge', mergeNine],
  ['with its sheet', (window) => deleteSheet(window, 'Sheet 1')],
]

describe('text whose cell is gone', () => {
  it.each(GONE)('[SH31 SH16] is given back while it is typed: %s', async (_, remove) => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await anns.select('B2')
    await anns.page.keyboard.type('for nobody')
    await bobs.marker('B2').locator('[data-typing-by]', { hasText: 'for nobody' }).waitFor()
    await remove(bobs)
    const text = anns.dialog.getByLabel('Your text')
    await poll(() => text.inputValue()).toBe('for nobody')
    await text.and(anns.page.locator(':focus')).waitFor()
    // Further typing must not go into another cell.
    await anns.page.keyboard.type(' else')
    await poll(() => text.inputValue()).toBe('for nobody else')
    await anns.dialog.getByRole('button', { name: 'Copy' }).click()
    await anns.dialog.getByRole('button', { name: 'Copied' }).waitFor()
    expect(await anns.page.evaluate(() => navigator.clipboard.readText())).toBe('for nobody else')
    await anns.dialog.getByRole('button', { name: 'Discard' }).click()
    await anns.dialog.waitFor({ state: 'detached' })
    for (const window of [anns, bobs]) {
      await window.untilSaved()
      await window.untilInOrder()
      expect(window.complaints).toEqual([])
    }
    expect(await stored(room)).not.toContain('nobody')
  })

  it.each(GONE)(
    '[SH31 SD15] is given back if it was entered at the same moment: %s',
    async (_, remove) => {
      const room = sheets.newRoom()
      await using line = await Line.to(sheets.baseUrl)
      await using anns = await sheets.open(room, ann, { baseUrl: line.baseUrl })
      await using bobs = await sheets.open(room, bob)
      await bobs.tag('Ann').waitFor({ state: 'attached' })
      line.cut()
      await poll(() => anns.status.textContent()).toBe('Reconnecting…')
      await anns.write('B2', 'for nobody')
      await remove(bobs)
      await bobs.untilSaved()
      line.mend()
      const text = anns.dialog.getByLabel('Your text')
      await poll(() => text.inputValue()).toBe('for nobody')
      await anns.dialog.getByRole('button', { name: 'Put into the selected cell' }).click()
      await anns.dialog.waitFor({ state: 'detached' })
      await anns.untilSaved()
      for (const window of [anns, bobs]) {
        await window.untilInOrder()
        // The text is visible in every window, and in no other cell.
        await poll(() => window.texts()).toEqual(['for nobody'])
      }
      expect((await stored(room)).split('for nobody')).toHaveLength(2)
    },
  )
})

describe('the dialog of given-back text', () => {
  it('[SH130] is not closed by Escape before its text is copied, however often it is pressed', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    const dialog = anns.dialog
    const text = dialog.getByLabel('Your text')
    await anns.select('A1')
    await anns.page.keyboard.type('=')
    await anns.page.keyboard.insertText(`LEN("${'ab '.repeat(2_731)}")`)
    await anns.page.keyboard.press('Enter')
    await dialog.waitFor()
    for (let times = 0; times < 3; times += 1) await anns.page.keyboard.press('Escape')
    await dialog.getByText('Copy your text, put it into a cell, or discard it.').waitFor()
    await dialog.getByRole('button', { name: 'Copy' }).click()
    await dialog.getByRole('button', { name: 'Copied' }).waitFor()
    await text.fill('shorter')
    await anns.page.keyboard.press('Escape')
    await poll(() => dialog.isVisible()).toBe(true)
    await anns.page.keyboard.press('Control+a')
    await anns.page.keyboard.press('Control+c')
    await dialog.getByRole('button', { name: 'Copied' }).waitFor()
    await anns.page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(await anns.page.evaluate(() => navigator.clipboard.readText())).toBe('shorter')
    expect(anns.complaints).toEqual([])
  })
})

describe('input beyond a limit', () => {
  it('[SH30] is refused with a notice and given back: text and formulas', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await anns.write('A1', 'before')
    const text = `${'a few words '.repeat(4_166)}ten more`
    const formula = `=${'1+'.repeat(4_096)}1`
    expect([text.length, formula.length]).toEqual([50_000, 8_194])
    for (const [long, limit] of [
      [`${text}!`, '50,000 characters'],
      [formula, '8,192 characters'],
    ] as const) {
      await anns.select('A1')
      await anns.paste(long)
      await poll(() => anns.notice.textContent()).toContain(limit)
      expect(await anns.cell('A1')).toEqual({ v: 'before' })
    }
    await anns.select('A1')
    await anns.page.keyboard.type('a')
    // Like an input method, as typing this many keys would take minutes.
    await anns.page.keyboard.insertText(text)
    await bobs.marker('A1').locator('[data-typing-by]', { hasText: 'aa few words' }).waitFor()
    await anns.page.keyboard.press('Enter')
    await anns.dialog.waitFor()
    await poll(() => anns.dialog.textContent()).toContain('50,000 characters')
    await poll(() => anns.dialog.getByLabel('Your text').inputValue()).toContain(text)
    await anns.dialog.getByRole('button', { name: 'Discard' }).click()
    await anns.dialog.waitFor({ state: 'detached' })
    expect(await anns.cell('A1')).toEqual({ v: 'before' })
    await anns.untilInOrder()
  })

  it('[SH82] is not in the own grid either, if it is a formula', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await anns.write('A1', '=1+1')
    await anns.untilShows('A1', '2')
    const formula = `LEN("${'ab '.repeat(2_731)}")`
    await anns.select('A1')
    await anns.page.keyboard.type('=')
    await anns.page.keyboard.insertText(formula)
    await anns.page.keyboard.press('Enter')
    await anns.dialog.waitFor()
    await poll(() => anns.dialog.textContent()).toContain('8,192 characters')
    await anns.dialog.getByRole('button', { name: 'Discard' }).click()
    await anns.dialog.waitFor({ state: 'detached' })
    expect(await anns.cell('A1')).toMatchObject({ f: '=1+1' })
    await anns.untilShows('A1', '2')
    await anns.untilInOrder()
    expect(anns.complaints).toEqual([])
  })

  atNight('[SH83] does not include a word of 20,000 letters, which is shown to all', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    const word = 'x'.repeat(20_000)
    await anns.select('B2')
    await anns.page.keyboard.type('x')
    await anns.page.keyboard.insertText(word)
    await anns.page.keyboard.press('Enter')
    for (const window of [anns, bobs]) {
      await window.untilCell([1, 1], `x${word}`)
      await window.select('B2')
      await window.untilInOrder()
      expect(window.complaints).toEqual([])
    }
  })

  atNight('[SH30] does not include input exactly at the limit', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await anns.select('A1')
    const text = `${'a few words '.repeat(4_166)}ten more`
    await anns.paste(text)
    await poll(() => bobs.cell('A1')).toEqual({ v: text })
  })
})
