import { describe, expect, it } from 'vitest'
import { GuardedOffice, READER, WRITER } from './guarded-office.js'
import {
  button,
  comment,
  focused,
  marks,
  news,
  panel,
  picture,
  threads,
  writePage,
} from './discussion.js'
import { fetchDocument, type OfficeWindow, postDocument } from './office-window.js'
import { ann, bob, copy, Pages, press, reads } from './pages.js'

const pages = new Pages()
const office = new GuardedOffice()

async function written(): Promise<string> {
  const room = pages.newRoom()
  await postDocument(pages.baseUrl, room, writePage)
  return room
}

const stored = async (room: string) =>
  (await fetchDocument(pages.baseUrl, `comments~${room}`)).getMap('comments')

describe('comments on a page', () => {
  it('[PG68 PG69 PG71 PG72 PG73 PG75] two people comment, reply, resolve and reopen', async () => {
    const room = await written()
    await using anns = await pages.open(room, ann)
    await using bobs = await pages.open(room, bob)
    await button(bobs).waitFor()
    await comment(anns, 'the rent', 'Is this right?')
    await picture(anns, '1-ann')
    await expect.poll(() => marks(bobs).allTextContents()).toEqual(['the rent'])
    await expect.poll(() => news(bobs).textContent()).toBe('Ann commented: Is this right?')
    await expect.poll(() => button(bobs).getAttribute('aria-label')).toBe('Comments, 1 open')
    // A click on the text leads to the thread.
    await marks(bobs).click()
    await threads(bobs).waitFor()
    expect(await threads(bobs).getByRole('button', { name: 'Edit' }).count()).toBe(0)
    await threads(bobs).getByRole('textbox', { name: 'Reply' }).click()
    await bobs.page.keyboard.type('Yes, @an')
    await bobs.page.getByRole('option', { name: 'Ann' }).waitFor()
    await press(bobs, 'Enter')
    await bobs.page.keyboard.type('it is.')
    await picture(bobs, '2-bob')
    await press(bobs, 'Control+Enter')
    await threads(anns).filter({ hasText: 'Yes, @Ann it is.' }).waitFor()
    await expect.poll(() => threads(anns).locator('strong').textContent()).toBe('@Ann')
    await expect
      .poll(() => news(anns).textContent())
      .toContain('Bob mentioned you: Yes, @Ann it is.')
    // Editing around it moves the mark along.
    await anns.text.getByText('Budget').click()
    await press(anns, 'End')
    await press(anns, 'Enter')
    await anns.page.keyboard.type('A line before it')
    await reads(bobs, /A line before it\nWe pay/)
    await expect.poll(() => marks(bobs).allTextContents()).toEqual(['the rent'])
    await threads(bobs).getByRole('button', { name: 'Go to “the rent”' }).click()
    await expect.poll(() => bobs.page.evaluate(() => getSelection()!.toString())).toBe('the rent')
    await threads(bobs).getByRole('button', { name: 'Resolve' }).click()
    await expect.poll(() => marks(anns).count()).toBe(0)
    await expect.poll(() => button(anns).getAttribute('aria-label')).toBe('Comments')
    await panel(anns).getByRole('button', { name: 'Resolved (1)' }).click()
    await threads(anns).filter({ hasText: 'Resolved by Bob' }).waitFor()
    await threads(anns).getByRole('button', { name: 'Reopen' }).click()
    await expect.poll(() => marks(bobs).allTextContents()).toEqual(['the rent'])
    expect([...anns.complaints, ...bobs.complaints]).toEqual([])
  })

  it('[PG105] begin on a new page as soon as it has content, in every window', async () => {
    const room = pages.newRoom()
    await using anns = await pages.open(room, ann)
    await using bobs = await pages.open(room, bob)
    await button(anns).waitFor()
    await button(bobs).waitFor()
    await anns.text.click()
    await anns.page.keyboard.type('We pay the rent')
    await reads(bobs, /We pay the rent/)
    await anns.untilSaved()
    await comment(anns, 'the rent', 'one')
    await expect.poll(() => marks(bobs).allTextContents()).toEqual(['the rent'])
    await comment(bobs, 'We pay', 'two')
    await expect.poll(() => marks(anns).count()).toBe(2)
    // All of it is a text like any other.
    await anns.text.click()
    await press(anns, 'Control+a')
    await press(anns, 'Control+Alt+m')
    await panel(anns).getByRole('textbox', { name: 'New comment' }).waitFor()
    await anns.page.keyboard.type('all')
    await press(anns, 'Control+Enter')
    await threads(bobs).filter({ hasText: 'all' }).waitFor()
    expect([...anns.complaints, ...bobs.complaints]).toEqual([])
  })

  it('[PG106] say on an empty page when they begin', async () => {
    await using anns = await pages.open(pages.newRoom(), ann)
    await button(anns).click()
    await panel(anns).getByText('once something is written here and saved').waitFor()
    await anns.text.click()
    await anns.page.keyboard.type('We pay the rent')
    await panel(anns).getByText('No open comments').waitFor()
    expect(anns.complaints).toEqual([])
  })

  it('[PG69 PG94 PG100] authors edit and delete what they wrote, after a question, and it is there after a reload', async () => {
    const room = await written()
    await using anns = await pages.open(room, ann)
    await button(anns).waitFor()
    await comment(anns, 'Nothing', 'frist')
    await threads(anns).getByRole('button', { name: 'Edit' }).click()
    await anns.page.keyboard.type('!')
    await expect
      .poll(() => panel(anns).getByRole('textbox', { name: 'Edit' }).inputValue())
      .toBe('frist!')
    await panel(anns).getByRole('textbox', { name: 'Edit' }).fill('first')
    await panel(anns).getByRole('button', { name: 'Save' }).click()
    await threads(anns).filter({ hasText: 'edited' }).waitFor()
    await expect.poll(async () => JSON.stringify(await stored(room))).toContain('"first"')
    await anns.page.reload()
    await anns.untilOpen()
    await expect.poll(() => marks(anns).allTextContents()).toEqual(['Nothing'])
    await button(anns).click()
    await threads(anns).filter({ hasText: 'first' }).waitFor()
    await threads(anns).getByRole('button', { name: 'Delete' }).click()
    await threads(anns).getByRole('button', { name: 'Keep' }).click()
    await expect.poll(() => focused(anns)).toBe('Comments on “Nothing”')
    await expect.poll(() => marks(anns).count()).toBe(1)
    await threads(anns).getByRole('button', { name: 'Delete' }).click()
    await threads(anns).getByRole('button', { name: 'Delete' }).click()
    await expect.poll(() => marks(anns).count()).toBe(0)
    await expect.poll(() => focused(anns)).toBe('Comments')
    await expect.poll(() => threads(anns).count()).toBe(0)
    expect(anns.complaints).toEqual([])
  })

  it('[PG72 PG74] a thread whose text was deleted says so, and undo brings the text back, not the comment', async () => {
    const room = await written()
    await using anns = await pages.open(room, ann)
    await button(anns).waitFor()
    await comment(anns, 'Nothing', 'Really?')
    await anns.text.getByText('is planned').click({ clickCount: 3 })
    await press(anns, 'Delete')
    await threads(anns).filter({ hasText: 'Its text was deleted' }).waitFor()
    await expect.poll(() => threads(anns).textContent()).toContain('Nothing')
    expect(await marks(anns).count()).toBe(0)
    await picture(anns, '3-deleted')
    await press(anns, 'Control+z')
    await expect.poll(() => marks(anns).allTextContents()).toEqual(['Nothing'])
    await threads(anns).getByRole('button', { name: 'Go to “Nothing”' }).waitFor()
    // There is nothing else to undo.
    await anns.text.focus()
    await press(anns, 'Control+z')
    await anns.page.keyboard.type('!')
    await reads(anns, /!/)
    await expect.poll(() => threads(anns).textContent()).toContain('Really?')
    await picture(anns, '6-undone')
    expect(anns.complaints).toEqual([])
  })

  it('[PG74] what is commented offline is kept and sent later', async () => {
    const room = await written()
    await using anns = await pages.open(room, ann)
    await using bobs = await pages.open(room, bob)
    await button(anns).waitFor()
    await button(bobs).waitFor()
    await anns.page.context().setOffline(true)
    await comment(anns, 'the rent', 'written offline')
    await comment(bobs, 'Nothing', 'written online')
    await anns.page.context().setOffline(false)
    await threads(anns).filter({ hasText: 'written online' }).waitFor()
    await threads(bobs).filter({ hasText: 'written offline' }).waitFor()
    await expect.poll(() => marks(bobs).allTextContents()).toEqual(['the rent', 'Nothing'])
  })

  it('[PG70] what a stranger wrote is text, and what isn’t a comment is nothing', async () => {
    const room = await written()
    const page = await fetchDocument(pages.baseUrl, room)
    const [client, clock] = [...page.store.clients].map(([id]) => [id, 0] as const)[0]!
    const at = { type: null, tname: 'text', item: { client, clock }, assoc: 0 }
    const anchor = { start: at, end: { ...at, item: { client, clock: clock + 3 }, assoc: -1 } }
    const evil = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
    await postDocument(pages.baseUrl, `comments~${room}`, (doc) => {
      const map = doc.getMap('comments')
      const author = { id: 'eve', name: evil.slice(0, 60) }
      map.set('strange1', { author, atMs: 1, anchor: { ...anchor, quote: evil } })
      map.set('strange1/text', { text: evil, mentions: [evil.slice(0, 4), '', 7] })
      map.set('strange2', { author, atMs: Number.NaN, anchor })
      map.set('strange2/text', { text: 'x' })
      map.set('strange3', 7)
    })
    await using anns = await pages.open(room, ann)
    await button(anns).click()
    await threads(anns).filter({ hasText: evil }).waitFor()
    await expect.poll(() => threads(anns).count()).toBe(1)
    expect(await panel(anns).locator('img, script').count()).toBe(0)
    expect(await anns.page.evaluate(() => 'hacked' in window)).toBe(false)
    expect(anns.complaints).toEqual([])
  })

  it('[PG108] a long thread is shown in part, until somebody wants the rest or is at it', async () => {
    const room = await written()
    await using anns = await pages.open(room, ann)
    await comment(anns, 'the rent', 'comment 1')
    await anns.untilSaved()
    await postDocument(pages.baseUrl, `comments~${room}`, (doc) => {
      const map = doc.getMap('comments')
      const thread = [...map.keys()].find((key) => !key.includes('/'))
      for (let at = 2; at <= 7; at += 1) {
        map.set(`reply00${at}`, { author: { id: 'x', name: 'Xaver' }, atMs: 1e14 + at, thread })
        map.set(`reply00${at}/text`, { text: `comment ${at}`, mentions: [] })
      }
    })
    const texts = (window: OfficeWindow) =>
      threads(window)
        .getByText(/^comment \d$/)
        .allTextContents()
    const all = [1, 2, 3, 4, 5, 6, 7].map((at) => `comment ${at}`)
    await expect.poll(() => texts(anns)).toEqual(all)
    await using bobs = await pages.open(room, bob)
    await button(bobs).click()
    await expect.poll(() => texts(bobs)).toEqual(['comment 1', 'comment 6', 'comment 7'])
    await threads(bobs).getByRole('button', { name: 'Show 4 more' }).click()
    await expect.poll(() => texts(bobs)).toEqual(all)
  })

  it('[PG71] a copy, and a saved page, has no comments', async () => {
    const room = await written()
    await using anns = await pages.open(room, ann)
    await button(anns).waitFor()
    await comment(anns, 'the rent', 'secret')
    await anns.text.focus()
    await press(anns, 'Control+a')
    const { html, text } = await copy(anns)
    expect(text).toContain('We pay the rent in advance.')
    expect(html).not.toMatch(/secret|comment|data-thread/)
    await anns.page.getByRole('button', { name: 'File' }).click()
    const saving = anns.page.waitForEvent('download')
    await anns.page.getByRole('menuitem', { name: 'HTML' }).click()
    const stream = await (await saving).createReadStream()
    const saved = (await stream.toArray()).map(String).join('')
    expect(saved).toContain('the rent')
    expect(saved).not.toMatch(/secret|commented|data-thread/)
  })

  it('[PG75] all of it by keyboard', async () => {
    const room = await written()
    await using anns = await pages.open(room, ann)
    await button(anns).waitFor()
    await anns.text.getByText('Nothing else').click()
    // Without a selection it is about the paragraph.
    await press(anns, 'Control+Alt+m')
    await panel(anns).getByRole('textbox', { name: 'New comment' }).waitFor()
    await anns.page.keyboard.type('by key')
    await press(anns, 'Control+Enter')
    await expect.poll(() => marks(anns).allTextContents()).toEqual(['Nothing else is planned.'])
    await expect
      .poll(() => anns.page.evaluate(() => document.activeElement?.className))
      .toContain('thread')
    await press(anns, 'Escape')
    await panel(anns).waitFor({ state: 'detached' })
    await expect
      .poll(() => anns.text.evaluate((text) => text === document.activeElement))
      .toBe(true)
    await press(anns, 'Control+Alt+m')
    await expect
      .poll(() => anns.page.evaluate(() => document.activeElement?.getAttribute('aria-label')))
      .toBe('Comments on “Nothing else is planned.”')
    await press(anns, 'Tab')
    await press(anns, 'Enter')
    await expect
      .poll(() => anns.page.evaluate(() => getSelection()!.toString()))
      .toBe('Nothing else is planned.')
    expect(anns.complaints).toEqual([])
  })

  it('[PG76] on a phone the panel is below the text', async () => {
    const room = await written()
    await using anns = await pages.open(room, ann, { width: 390 })
    await button(anns).waitFor()
    await comment(anns, 'the rent', 'on a phone')
    await picture(anns, '4-phone')
    const box = (await panel(anns).boundingBox())!
    expect([box.x, box.width]).toEqual([0, 390])
    expect(box.y).toBeGreaterThan((await marks(anns).boundingBox())!.y)
    await expect
      .poll(() => anns.page.evaluate(() => document.documentElement.scrollWidth))
      .toBe(390)
  })
})

describe('the right to comment', () => {
  it('[PG68] is what a page’s comments need, and all that they need', async () => {
    const room = office.newRoom()
    await postDocument(office.baseUrl, room, writePage)
    await office.allow('ann', [...WRITER, 'comment'])
    await office.allow('bob', READER)
    await using anns = await office.page(room, 'ann')
    await using bobs = await office.page(room, 'bob')
    await button(anns).waitFor()
    await comment(anns, 'the rent', 'for those who may')
    expect(await button(bobs).count()).toBe(0)
    await office.allow('bob', [...READER, 'comment'])
    await expect.poll(() => marks(bobs).allTextContents()).toEqual(['the rent'])
    await comment(bobs, 'Nothing', 'by a commenter')
    await picture(bobs, '5-commenter')
    await threads(anns).filter({ hasText: 'by a commenter' }).waitFor()
    await office.allow('bob', READER)
    await expect.poll(() => marks(bobs).count()).toBe(0)
    expect(await button(bobs).count()).toBe(0)
    expect(anns.complaints).toEqual([])
  })
})
