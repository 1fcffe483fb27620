import { describe, expect, it } from 'vitest'
import { joinRoom, type Json } from '@whereabouts/client'
import { encodeStateAsUpdate, XmlElement, XmlText, Map as YMap } from 'yjs'
import { until } from '../client/until.js'
import { fetchDocument, postDocument } from './office-window.js'
import { ann, bob, element, moveCaret, Pages, reads, type } from './pages.js'

const pages = new Pages()

describe('what strangers write', () => {
  /** A document as no client of ours would write it. */
  async function postHostile(room: string): Promise<void> {
    await postDocument(pages.baseUrl, room, (doc) => {
      const text = (content: string, marks: object = {}) => {
        const made = new XmlText()
        made.insert(0, content, marks)
        return made
      }
      const withEmbed = new XmlText('before and after')
      withEmbed.insertEmbed(6, { image: 'https://elsewhere.invalid/a.png' })
      let deep = element('paragraph', {}, text('too deep'))
      for (let depth = 0; depth < 500; depth += 1) deep = element('blockquote', {}, deep)
      const span = { colspan: 1_000_000_000, rowspan: -1, colwidth: 'x' }
      doc
        .getXmlFragment('page')
        .insert(0, [
          element('paragraph', { onclick: 'alert(1)' }, text('known')),
          element('paragraph', {}, text('linked', { link: { href: 'javascript:alert(1)' } })),
          element('paragraph', {}, text('marked', { sparkle: { onclick: 'x' }, bold: {} })),
          element('script', {}, text('alert(1)')),
          element('iframe', { src: 'javascript:alert(1)' }),
          element('__proto__', { a: 1 }),
          element('paragraph', {}, element('widget'), text('beside a widget')),
          element('image', { src: 'data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+' }),
          element('image', { src: 'https://elsewhere.invalid/a.png', onerror: 'alert(1)' }),
          element('heading', { level: 99, style: 'x' }, text('a heading')),
          element(
            'table',
            {},
            element('tableRow', {}, element('tableCell', span, element('paragraph'))),
          ),
          element('paragraph', {}, withEmbed),
          deep,
        ])
      doc.getMap('about').set('title', new YMap())
    })
    // The same root, as one of another kind: values that are no elements.
    await postDocument(pages.baseUrl, room, (doc) => {
      doc.getArray('page').push([7, 'text', null, { a: 1 }, new YMap(), new XmlText('loose')])
    })
  }

  it('[PG7 PG8 PG9] is shown as far as it is known, runs nothing, and stays', async () => {
    const room = pages.newRoom()
    await postHostile(room)
    await using anns = await pages.open(room, ann)
    const dialogs: string[] = []
    anns.page.on('dialog', (dialog) => {
      dialogs.push(dialog.message())
      void dialog.dismiss()
    })
    await reads(anns, /known\nlinked\nmarked/)
    await reads(anns, /before and after/)
    expect(await anns.text.locator('a, script, iframe').count()).toBe(0)
    expect(await anns.text.locator('img[src]').count()).toBe(0)
    expect(await anns.text.locator('[onclick], [onerror]').count()).toBe(0)
    expect(await anns.text.locator('h3', { hasText: 'a heading' }).count()).toBe(1)
    expect(await anns.text.locator('td').getAttribute('colspan')).not.toBe('1000000000')
    expect(await anns.text.getByText('Something is here').count()).toBe(4)
    await anns.text.getByText('marked').click()

    await using bobs = await pages.open(room, bob)
    await bobs.text.getByText('known', { exact: true }).click()
    await moveCaret(bobs, 'End')
    await bobs.page.keyboard.type(' and edited')
    await reads(anns, /known and edited/)
    await bobs.untilSaved()
    await postDocument(pages.baseUrl, room, (doc) => {
      const late = new XmlElement('paragraph')
      late.insert(0, [new XmlText('written later')])
      doc.getXmlFragment('page').insert(0, [late, new XmlElement('object')])
    })
    await postDocument(pages.baseUrl, room, (doc) => doc.getArray('page').insert(0, [7, {}]))
    await reads(anns, /written later/)
    await reads(bobs, /written later/)
    const stored = (await fetchDocument(pages.baseUrl, room)).getXmlFragment('page').toJSON()
    for (const kept of ['<script>', '<iframe', '<widget>', '<object>', 'sparkle', 'javascript:']) {
      expect(stored).toContain(kept)
    }
    expect(dialogs).toEqual([])
    expect([...anns.complaints, ...bobs.complaints]).toEqual([])
  })

  it('[PG10] cursors that are none are nowhere, and break nothing', async () => {
    const room = pages.newRoom()
    await using anns = await pages.open(room, ann)
    await type(anns, 'text')
    await anns.untilSaved()
    const id = { client: 1, clock: 0 }
    const at = (fields: object): Json => ({
      type: null,
      tname: 'page',
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

  it('[PG14] is read by who watches without a change to it', async () => {
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
