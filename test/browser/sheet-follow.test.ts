import { describe, expect, it } from 'vitest'
import { atNight } from '../at-night.js'
import { ann, bob, poll, Sheets } from './sheets.js'

describe('following', () => {
  const sheets = new Sheets()

  it('[SF18] goes with a person through the cells and sheets until one acts oneself', async () => {
    const room = sheets.newRoom()
    await using anns = await sheets.open(room, ann)
    await using bobs = await sheets.open(room, bob)
    await bobs.select('B2')
    await anns.marker('B2').waitFor()
    await anns.avatar('Bob').click()
    const following = anns.page.getByText('Following Bob')
    await following.waitFor()
    await bobs.page.keyboard.press('Control+ArrowDown')
    await anns.marker('B1000').waitFor()
    await bobs.tab('Sheet 2').click()
    await bobs.select('C3')
    await anns.marker('C3').waitFor()
    expect(await anns.marker('B1000').count()).toBe(0)
    expect(await anns.ownCell()).toBe('A1')
    await anns.select('D5')
    await following.waitFor({ state: 'detached' })
    await bobs.page.keyboard.press('Control+ArrowDown')
    await poll(() => anns.avatar('Bob').getAttribute('aria-label')).toMatch(/C1000/)
    expect(await anns.marker('C1000').count()).toBe(0)
  })

  atNight('[SF15] doesn’t scroll to a cell that is in view, as after a reload', async () => {
    await using window = await sheets.open(sheets.newRoom(), ann)
    await window.select('H6')
    await window.page.reload()
    await window.untilOpen()
    await poll(() => window.ownCell()).toBe('H6')
    // This clicks where the cell is in a sheet that isn't scrolled.
    await window.select('A2')
  })
})
