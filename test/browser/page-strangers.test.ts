import { describe, expect, it } from 'vitest'
import { joinRoom, type Json } from '@whereabouts/client'
import { until } from '../client/until.js'
import { postHostile } from './hostile-page.js'
import { fetchDocument, postDocument } from './office-window.js'
import { addBlock, ann, bob, press, Pages, reads, type } from './pages.js'

const pages = new Pages()

describe('hostile content', () => {
  it('[PG7 PG8 PG9] is shown as far as possible, runs no code, and stays in the document', async () => {
    const room = pages.newRoom()
    await postHostile(pages.baseUrl, room)
    await using anns = await pages.open(room, ann)
    const dialogs: string[] = []
    anns.page.on('dialog', (dialog) => {
      dialogs.push(dialog.message())
      void dialog.dismiss()
    })
    await reads(anns, /known\nlinked\nmarked/)
    await reads(anns, /before.* and after/)
    await reads(anns, /in a script/)
    await reads(anns, /in a cell/)
    expect(await anns.text.locator('a, script, iframe').count()).toBe(0)
    expect(await anns.text.locator('img[src]').count()).toBe(0)
    expect(await anns.text.locator('[onclick], [onerror]').count()).toBe(0)
    await expect.poll(() => anns.text.locator('h3', { hasText: 'a heading' }).count()).toBe(1)
    await expect.poll(() => anns.text.locator('td').count()).toBe(1)
    await expect.poll(() => anns.text.getByText('Something here can’t be shown').count()).toBe(5)
    await anns.text.getByText('marked').click()

    await using bobs = await pages.open(room, bob)
    await bobs.text.getByText('known', { exact: true }).click()
    await press(bobs, 'End')
    await bobs.page.keyboard.type(' and edited')
    await reads(anns, /known and edited/)
    await bobs.untilSaved()
    await postDocument(pages.baseUrl, room, (doc) =>
      addBlock(doc, 'written later', { type: 'object' }),
    )
    await postDocument(pages.baseUrl, room, (doc) => doc.getArray('text').insert(0, [7, {}]))
    await reads(anns, /written later/)
    await reads(bobs, /written later/)
    const stored = JSON.stringify(
      (await fetchDocument(pages.baseUrl, room)).getText('text').toDelta(),
    )
    for (const kept of ['sparkle', 'javascript:alert(1)', 'elsewhere.invalid']) {
      expect(stored).toContain(kept)
    }
    expect(dialogs).toEqual([])
    expect([...anns.complaints, ...bobs.complaints]).toEqual([])
  })

  it('[PG10] invalid cursors are not shown and break nothing', async () => {
    const room = pages.newRoom()
    await using anns = await pages.open(room, ann)
    await type(anns, 'text')
    await anns.untilSaved()
    const id = { client: 1, clock: 0 }
    const at = (fields: object): Json => ({
      type: null,
      tname: 'text',
      item: null,
      assoc: 0,
      ...fields,
    })
    const strange: Json[] = [
      5,
      'x',
      { anchor: null, head: null },
      { anchor: 5, head: 'x' },
      { anchor: {}, head: {} },
      { anchor: at({ tname: 'about' }), head: at({ tname: '__proto__' }) },
      { anchor: at({ item: { client: -1, clock: 1e300 } }), head: at({ item: 'x' }) },
      { anchor: at({ item: id, type: id }), head: at({ tname: null, item: id }) },
      { anchor: at({ type: { client: 'a', clock: [] } }), head: at({ assoc: {} }) },
    ]
    const guests = strange.map((cursor, index) =>
      joinRoom({
        url: pages.baseUrl,
        room,
        user: { name: `Stranger${index}` },
        location: { clientID: 1_000 + index, cursor },
      }),
    )
    await Promise.all(
      guests.map((guest) => until(guest, ({ others }) => others.length === strange.length)),
    )
    await expect.poll(() => anns.page.locator('.avatar.more').count()).toBe(1)
    await type(anns, ' goes on')
    await using bobs = await pages.open(room, bob)
    await reads(bobs, /goes on/)
    await anns.avatar('Stranger0').click()
    expect([...anns.complaints, ...bobs.complaints]).toEqual([])
    await Promise.all(guests.map((guest) => guest.leave()))
  })
})
