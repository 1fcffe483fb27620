import { describe, expect, it } from 'vitest'
import { joinRoom, type Json } from '@whereabouts/client'
import { Array as YArray, encodeStateAsUpdate, Map as YMap } from 'yjs'
import { until } from '../client/until.js'
import { fetchDocument, postDocument } from './office-window.js'
import { addBlock, ann, bob, moveCaret, Pages, reads, type } from './pages.js'

const pages = new Pages()

describe('hostile content', () => {
  /** Writes a document that our client would never write. */
  async function postHostile(room: string): Promise<void> {
    await postDocument(pages.baseUrl, room, (doc) => {
      const page = doc.getText('text')
      addBlock(doc, 'known', { onclick: 'alert(1)' })
      addBlock(doc, 'linked', {}, { link: { href: 'javascript:alert(1)' } })
      addBlock(doc, 'marked', {}, { sparkle: { onclick: 'x' }, bold: {} })
      addBlock(doc, 'in a script', { type: 'script', src: 'javascript:x' })
      for (const type of ['iframe', '__proto__', 'constructor', 7]) addBlock(doc, '', { type })
      addBlock(doc, '', {
        type: 'image',
        src: 'data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+',
      })
      addBlock(doc, '', { type: 'image', src: 'https://elsewhere.invalid/a.png', onerror: 'x' })
      addBlock(doc, 'a heading', { type: 'heading', level: 99, style: 'x' })
      addBlock(doc, '', { type: 'table', table: 'x' })
      addBlock(doc, '', { type: 'table', table: '../../x' })
      doc.getMap('tables').set('x/rows', 1e9)
      doc.getMap('tables').set('x/columns/a/run', ['i', 1e9])
      doc.getText('cell:x:0:0').insert(0, 'in a cell')
      page.insert(page.length, 'before', {})
      page.insertEmbed(page.length, { image: 'https://elsewhere.invalid/a.png' }, {})
      page.insertEmbed(page.length, new YArray(), {})
      addBlock(doc, ' and after')
      doc.getMap('about').set('title', new YMap())
    })
    // Uses the same root as another type.
    await postDocument(pages.baseUrl, room, (doc) => {
      doc.getArray('text').push([7, 'text', null, { a: 1 }, new YMap()])
    })
  }

  it('[PG7 PG8 PG9] is shown as far as possible, runs no code, and stays in the document', async () => {
    const room = pages.newRoom()
    await postHostile(room)
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
    expect(await anns.text.locator('h3', { hasText: 'a heading' }).count()).toBe(1)
    expect(await anns.text.locator('td').count()).toBe(1)
    expect(await anns.text.getByText('Something here can’t be shown').count()).toBe(5)
    await anns.text.getByText('marked').click()

    await using bobs = await pages.open(room, bob)
    await bobs.text.getByText('known', { exact: true }).click()
    await moveCaret(bobs, 'End')
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

  it('[PG14] is shown to a viewer without being changed', async () => {
    const room = pages.newRoom()
    await postHostile(room)
    const before = encodeStateAsUpdate(await fetchDocument(pages.baseUrl, room))
    await using bobs = await pages.open(room, bob, { search: '?watch=1' })
    await reads(bobs, /known/)
    expect(await bobs.text.getAttribute('contenteditable')).toBe('false')
    expect(await bobs.page.getByRole('toolbar').count()).toBe(0)
    expect(await bobs.title.isEditable()).toBe(false)
    await bobs.text.getByText('known', { exact: true }).click()
    await bobs.page.keyboard.type('not written')
    expect(await bobs.written()).not.toContain('not written')
    expect(encodeStateAsUpdate(await fetchDocument(pages.baseUrl, room))).toEqual(before)

    await using anns = await pages.open(room, ann)
    await anns.text.getByText('known', { exact: true }).click()
    await moveCaret(anns, 'End')
    await anns.page.keyboard.type(' to all')
    await reads(bobs, /known to all/)
    await bobs.caret('Ann').waitFor()
    await bobs.page.getByRole('button', { name: 'Join' }).click()
    await bobs.page.getByRole('toolbar').waitFor()
    await bobs.text.getByText('known to all').click()
    await moveCaret(bobs, 'End')
    await bobs.page.keyboard.type(' of us')
    await reads(anns, /known to all of us/)
    expect([...anns.complaints, ...bobs.complaints]).toEqual([])
  })
})
