import { describe, expect, it } from 'vitest'
import { encodeStateVector } from 'yjs'
import { Line } from './line.js'
import { fetchDocument, postDocument, type OfficeWindow } from './office-window.js'
import { ann, bob, goTo, Pages, press, reads, type } from './pages.js'

const pages = new Pages()

const setFormat = (room: string, format: unknown) =>
  postDocument(pages.baseUrl, room, (doc) => doc.getMap('about').set('format', format))
const stored = async (room: string) => [
  ...encodeStateVector(await fetchDocument(pages.baseUrl, room)),
]
const newer = ({ page }: OfficeWindow) =>
  page.getByRole('alert').filter({ hasText: 'This page was changed by a newer version. Reload' })
const editable = ({ text }: OfficeWindow) => text.getAttribute('contenteditable')

describe('a page that a newer version has changed', () => {
  it.each([99, 'x'])(
    '[PG29 PF12 PF13] %s: open windows stop writing and lose nothing, and no other window opens it',
    async (format) => {
      const room = pages.newRoom()
      await using anns = await pages.open(room, ann)
      await using bobs = await pages.open(room, bob)
      await type(anns, 'of Ann')
      await reads(bobs, /^of Ann$/)
      await anns.untilSaved()
      await setFormat(room, format)
      await postDocument(pages.baseUrl, room, (doc) =>
        doc.getText('text').insert(0, 'not to be read ', {}),
      )
      const before = await stored(room)
      for (const window of [anns, bobs]) {
        await newer(window).waitFor()
        // Until it is known that all is saved, it says to wait.
        await expect.poll(() => newer(window).textContent()).toContain('Nothing you wrote is lost.')
        expect(await editable(window)).toBe('false')
        expect(await window.page.getByRole('toolbar').count()).toBe(0)
        await window.text.click()
        await window.page.keyboard.type('not written')
        await press(window, 'Control+z')
        await reads(window, /^of Ann$/)
      }
      await using carols = await pages.visit(room, { name: 'Carol', color: '#047857' })
      await newer(carols).waitFor()
      expect(await carols.text.count()).toBe(0)
      await anns.untilSaved()
      expect(await stored(room)).toEqual(before)

      // The title doesn't depend on the format.
      await bobs.title.fill('Still named')
      await press(bobs, 'Enter')
      await expect.poll(() => anns.title.inputValue()).toBe('Still named')

      await setFormat(room, 2)
      for (const window of [anns, bobs, carols]) {
        await reads(window, /^not to be read of Ann$/)
        expect(await newer(window).count()).toBe(0)
        expect(await editable(window)).toBe('true')
      }
      await goTo(bobs)
      await bobs.page.keyboard.type(' and Bob')
      await reads(carols, /of Ann and Bob$/)
      await anns.text.focus()
      await press(anns, 'Control+z')
      await reads(carols, /^not to be read  and Bob$/)
      expect([...anns.complaints, ...bobs.complaints, ...carols.complaints]).toEqual([])
    },
  )

  it('[PG29 PF13] keeps and sends edits that were typed offline before the change was known', async () => {
    const room = pages.newRoom()
    await using line = await Line.to(pages.baseUrl)
    await using anns = await pages.open(room, ann, line)
    await type(anns, 'before')
    await anns.untilSaved()
    line.cut()
    await expect.poll(() => anns.status.textContent()).toBe('Reconnecting…')
    await anns.page.keyboard.type(', an hour of work')
    await setFormat(room, 3)
    line.mend()
    await newer(anns).waitFor()
    await anns.untilSaved()
    await reads(anns, /^before, an hour of work$/)
    const text = async () => (await fetchDocument(pages.baseUrl, room)).getText('text').toString()
    expect(await text()).toBe('before, an hour of work')
    await anns.page.reload()
    await newer(anns).waitFor()
    expect(await text()).toBe('before, an hour of work')
    await postDocument(pages.baseUrl, room, (doc) => doc.getMap('about').delete('format'))
    await reads(anns, /^before, an hour of work$/)
  })
})
