import { describe, expect, it } from 'vitest'
import { fetchDocument, OfficeWindow } from './office-window.js'
import { ann, Office } from './office.js'

const office = new Office()

/** More than the connections that a browser opens over HTTP/1.1. */
const WINDOWS = 8

describe('many windows of one browser', () => {
  it('[OF22] are live, and what is written in each is saved', async () => {
    await using context = await office.browser.newContext()
    const opened: { readonly room: string; readonly window: OfficeWindow }[] = []
    for (let count = 0; count < WINDOWS; count++) {
      const room = office.newRoom()
      const options = { baseUrl: office.baseUrl, path: `/pages/${room}`, person: ann, context }
      const window = await OfficeWindow.open(office.browser, options)
      await window.untilOpen()
      opened.push({ room, window })
    }
    for (const { room, window } of opened) {
      await window.page.bringToFront()
      await window.text.click()
      await window.page.keyboard.type(`written in ${room}`)
      const written = async () =>
        (await fetchDocument(office.baseUrl, room)).getText('text').toJSON()
      await expect.poll(written).toContain(`written in ${room}`)
      await window.untilSaved()
    }
    const asked = opened.flatMap(({ window }) => window.requests.map(({ url }) => url))
    expect(asked.some((url) => url.includes('/streams'))).toBe(true)
    expect(asked.filter((url) => url.includes('/events'))).toEqual([])
  })
})
