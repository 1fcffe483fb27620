import { describe, expect, it } from 'vitest'
import { ann, bob, poll, Sheets, untilInOrder } from './sheets.js'

describe('tabs', () => {
  const sheets = new Sheets()

  it('[SF8 SF14] are hidden and colored for everyone, and whoever is there sees another sheet', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await bobs.tab('Sheet 2').click()
    await bobs.write('A1', 'of Bob')
    await anns.tab('Sheet 2').click({ button: 'right' })
    await anns.page.getByText('Hide', { exact: true }).click()
    for (const window of [anns, bobs])
      await poll(() => window.tabs()).toEqual(['Sheet 1', 'Sheet 3'])
    await bobs.write('B1', 'elsewhere')
    await untilInOrder(anns, bobs)
    expect(await bobs.cell('B1', 'sheet-2')).toEqual({})

    await anns.tab('Sheet 3').click({ button: 'right' })
    await anns.page.getByText('Change color', { exact: true }).hover()
    await anns.page.locator('[data-u-comp="color-picker"] button').nth(20).click()
    const look = () =>
      bobs.page.evaluate(() => {
        const { whereabouts } = globalThis as unknown as {
          whereabouts: { tabColor: (sheet: string) => string | undefined }
        }
        return whereabouts.tabColor('sheet-3')
      })
    await poll(look).toMatch(/^(?:#|rgb)/)
    await untilInOrder(anns, bobs)
    await anns.select('D4')
    await anns.page.keyboard.press('Control+z')
    await anns.page.keyboard.press('Control+z')
    for (const window of [anns, bobs]) {
      await poll(() => window.tabs()).toEqual(['Sheet 1', 'Sheet 2', 'Sheet 3'])
    }
    await poll(look).toBe('')
    await untilInOrder(anns, bobs)
  })
})
