import { describe, expect, it } from 'vitest'
import { encodeStateAsUpdate, type Doc } from 'yjs'
import { GuardedOffice, READER, WRITER } from './guarded-office.js'
import { postHostile } from './hostile-page.js'
import { fetchDocument, postDocument, type OfficeWindow, unsavedText } from './office-window.js'
import {
  addBlock,
  copy,
  goTo,
  paste,
  press,
  reads,
  type,
  untilInText,
  writeLongPage,
} from './pages.js'

const office = new GuardedOffice()

const note = ({ page }: OfficeWindow) => page.locator('.state-note')
const toolbar = ({ page }: OfficeWindow) => page.getByRole('toolbar')
const saving = ({ page }: OfficeWindow) => page.locator('.saving')
const newer = ({ page }: OfficeWindow) =>
  page.getByRole('alert').filter({ hasText: 'newer version' })
const scrolled = ({ page }: OfficeWindow) =>
  page.locator('.scroller').evaluate(({ scrollTop }) => scrollTop)

/** The address of edits on their way to the server. */
const POSTS = /\/document\?/

const stored = async (room: string) =>
  encodeStateAsUpdate(await fetchDocument(office.baseUrl, room))

async function untilReadOnly(window: OfficeWindow): Promise<void> {
  await note(window).filter({ hasText: 'You can view this document.' }).waitFor()
  await toolbar(window).waitFor({ state: 'detached' })
  await expect.poll(() => window.text.getAttribute('contenteditable')).toBe('false')
}

async function untilEditable(window: OfficeWindow): Promise<void> {
  await note(window).waitFor({ state: 'detached' })
  await toolbar(window).waitFor()
  await expect.poll(() => window.text.getAttribute('contenteditable')).toBe('true')
}

describe('a page that may only be read', () => {
  it('[OF109] says that its reader may comment', async () => {
    const room = office.newRoom()
    await office.allow('bob', [...READER, 'comment'])
    await using bobs = await office.page(room, 'bob')
    await note(bobs).filter({ hasText: 'You can comment on this document.' }).waitFor()
    await office.allow('bob', READER)
    await untilReadOnly(bobs)
  })

  it('[PG14 PG50] has no tools, can be copied, and stays as it is whatever somebody tries', async () => {
    const room = office.newRoom()
    await postHostile(office.baseUrl, room)
    await postDocument(office.baseUrl, room, (doc) => {
      addBlock(doc, 'to do', { type: 'task' })
    })
    const before = await stored(room)
    await office.allow('bob', READER)
    await using bobs = await office.page(room, 'bob')
    await untilReadOnly(bobs)
    await reads(bobs, /known/)
    expect(await bobs.title.isEditable()).toBe(false)
    // Screen readers hear that it can't be edited, and nothing of keys that edit.
    await expect.poll(() => bobs.text.getAttribute('aria-readonly')).toBe('true')
    expect(await bobs.text.getAttribute('aria-describedby')).toBeNull()
    await bobs.text.getByText('known', { exact: true }).click({ clickCount: 3 })
    await expect.poll(async () => (await copy(bobs)).text.trim()).toBe('known')
    await bobs.page.keyboard.type('written')
    for (const key of ['Enter', 'Backspace', 'Delete', 'Control+b', 'Control+x', 'Control+z']) {
      await press(bobs, key)
    }
    await paste(bobs, { text: 'pasted' })
    await bobs.text.getByRole('checkbox').click({ force: true })
    expect(await bobs.written()).not.toMatch(/written|pasted/)
    await expect.poll(() => saving(bobs).getAttribute('data-saving')).toBe('saved')
    expect(await stored(room)).toEqual(before)
    expect(bobs.complaints).toEqual([])
  })

  it('[SH104 PG14 PG51] can be edited, and no longer, at once, without a reload, where one is', async () => {
    const room = office.newRoom()
    await postDocument(office.baseUrl, room, writeLongPage)
    await office.allow('ann', WRITER)
    await office.allow('bob', WRITER)
    await using anns = await office.page(room, 'ann')
    await using bobs = await office.page(room, 'bob')
    await bobs.text.getByText('Line 70').click()
    await press(bobs, 'End')
    await bobs.page.keyboard.type(' of Bob')
    await bobs.untilSaved()
    const top = await scrolled(bobs)
    expect(top).toBeGreaterThan(100)
    await office.allow('bob', READER)
    await untilReadOnly(bobs)
    expect(await scrolled(bobs)).toBe(top)
    // No space: it would scroll.
    await bobs.page.keyboard.type('never')
    await goTo(anns)
    await type(anns, ' of Ann')
    await reads(bobs, /of Ann/)
    await office.allow('bob', WRITER)
    await untilEditable(bobs)
    expect(await scrolled(bobs)).toBe(top)
    await untilInText(bobs)
    await bobs.page.keyboard.type(' again')
    await reads(anns, /Line 70 of Bob again\n/)
    await reads(bobs, /Line 70 of Bob again\n/)
    expect([...anns.complaints, ...bobs.complaints]).toEqual([])
  })

  it('[SH107 OF19 CL55 CL56] keeps what wasn’t saved, says so, and saves it later', async () => {
    const room = office.newRoom()
    await office.allow('bob', WRITER)
    await using bobs = await office.page(room, 'bob')
    await type(bobs, 'saved, ')
    await bobs.untilSaved()
    await bobs.page.route(POSTS, (route) => route.abort())
    await type(bobs, 'kept')
    await expect.poll(() => saving(bobs).textContent()).toMatch(/^Not saved yet, kept/)
    await office.allow('bob', READER)
    await untilReadOnly(bobs)
    await bobs.page.unroute(POSTS)
    await bobs.page.reload()
    await bobs.untilOpen()
    await untilReadOnly(bobs)
    await expect
      .poll(() => saving(bobs).textContent())
      .toBe('Not saved yet, kept in this browser: You can only view this document.')
    await reads(bobs, /^saved, kept$/)
    expect(await unsavedText(bobs)).toBe('saved, kept')
    await office.allow('bob', WRITER)
    await untilEditable(bobs)
    await bobs.untilSaved()
    const text = (await fetchDocument(office.baseUrl, room)).getText('text').toDelta() as object[]
    expect(JSON.stringify(text)).toContain('saved, kept')
  })

  it('[CL56] can be written by an editor who is offline, and by nobody else', async () => {
    const room = office.newRoom()
    await office.allow('bob', WRITER)
    await using bobs = await office.page(room, 'bob')
    await type(bobs, 'saved, ')
    await bobs.untilSaved()
    await bobs.page.route(/\/rooms\//, (route) => route.abort())
    await bobs.page.reload()
    await bobs.untilOpen()
    await untilEditable(bobs)
    await bobs.page.unroute(/\/rooms\//)
    await office.allow('bob', READER)
    await bobs.page.reload()
    await bobs.untilOpen()
    await untilReadOnly(bobs)
    await bobs.page.route(/\/rooms\//, (route) => route.abort())
    await bobs.page.reload()
    await bobs.untilOpen()
    await untilReadOnly(bobs)
  })

  it('[SH108 PG14] says that somebody is shut out or signed out, and what to do', async () => {
    const room = office.newRoom()
    await office.allow('bob', WRITER)
    await using bobs = await office.page(room, 'bob')
    await type(bobs, 'to be copied')
    await bobs.untilSaved()
    await office.allow('bob', [])
    const alert = bobs.page.getByRole('alert')
    await alert.filter({ hasText: 'You no longer have access to this document.' }).waitFor()
    await reads(bobs, /^to be copied$/)
    await bobs.text.getByText('to be copied').click({ clickCount: 3 })
    expect((await copy(bobs)).text).toBe('to be copied')
    await office.allow('bob', WRITER)
    await bobs.page.getByRole('button', { name: 'Try again' }).click()
    await untilEditable(bobs)
    office.signOut('bob')
    await alert.filter({ hasText: 'You are signed out. Sign in again' }).waitFor()
    await toolbar(bobs).waitFor({ state: 'detached' })
    office.signIn('bob')
    await bobs.page.reload()
    await bobs.untilOpen()
    await untilEditable(bobs)
  })

  it('[SH109 PG50] shows nobody the caret of somebody who may not move', async () => {
    const room = office.newRoom()
    await office.allow('ann', WRITER)
    await office.allow('bob', ['watch', 'join'])
    await using anns = await office.page(room, 'ann')
    await type(anns, 'known')
    await using bobs = await office.page(room, 'bob')
    await bobs.caret('Ann').waitFor()
    await anns.avatar('Bob').waitFor()
    await bobs.text.getByText('known').click()
    expect(await anns.caret('Bob').count()).toBe(0)
    await office.allow('bob', WRITER)
    await untilEditable(bobs)
    await bobs.text.getByText('known').click()
    await anns.caret('Bob').waitFor()
    expect([...anns.complaints, ...bobs.complaints]).toEqual([])
  })

  it('[PE13 PG51] goes on with a search when it can be edited', async () => {
    const room = office.newRoom()
    await office.allow('bob', READER)
    await postDocument(office.baseUrl, room, (doc) => addBlock(doc, 'known'))
    await using bobs = await office.page(room, 'bob')
    await bobs.page.getByRole('button', { name: 'Find' }).click()
    await bobs.page.getByRole('textbox', { name: 'Find' }).fill('now')
    await bobs.text.locator('.found.current').waitFor()
    await office.allow('bob', WRITER)
    await untilEditable(bobs)
    await bobs.text.locator('.found.current').waitFor()
    await expect.poll(() => bobs.page.locator('.find-bar output').textContent()).toBe('1 of 1')
    expect(bobs.complaints).toEqual([])
  })

  it('[PG29 PG14] isn’t shown in a newer format', async () => {
    const room = office.newRoom()
    await office.allow('bob', READER)
    await postDocument(office.baseUrl, room, (doc) => addBlock(doc, 'known'))
    await using bobs = await office.page(room, 'bob')
    await reads(bobs, /^known$/)
    await postDocument(office.baseUrl, room, (doc: Doc) => {
      doc.getText('text').insert(0, 'un', {})
      doc.getMap('about').set('format', 3)
    })
    await newer(bobs).waitFor()
    await reads(bobs, /^known$/)
    await postDocument(office.baseUrl, room, (doc) => doc.getMap('about').set('format', 2))
    await reads(bobs, /^unknown$/)
    expect(bobs.complaints).toEqual([])
  })
})

it('[PG30] a page that is only looked at is no document', async () => {
  const room = office.newRoom()
  await office.allow('ann', WRITER)
  await office.allow('bob', READER)
  await using anns = await office.page(room, 'ann')
  await using bobs = await office.page(room, 'bob')
  await goTo(anns)
  await anns.tool('Bold').click()
  await expect.poll(() => anns.status.textContent()).toBe('Live')
  const doc = await fetchDocument(office.baseUrl, room)
  expect([doc.store.clients.size, doc.getMap('about').size]).toEqual([0, 0])
  expect([...anns.complaints, ...bobs.complaints]).toEqual([])
})
