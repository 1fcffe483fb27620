import type { Member } from '@whereabouts/protocol'
import type { Request } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { startServer } from '../servers/standalone.js'
import { atNight } from '../at-night.js'
import { GuardedOffice, READER, WRITER } from './guarded-office.js'
import { Line } from './line.js'
import { fetchDocument, OfficeWindow, postDocument } from './office-window.js'
import { addBlock, ann, Pages, reads, type } from './pages.js'

const office = new GuardedOffice()
const pages = new Pages()

const note = ({ page }: Pick<OfficeWindow, 'page'>) => page.locator('.state-note')
const said = (window: Pick<OfficeWindow, 'page'>) => expect.poll(() => note(window).textContent())
const login = (window: OfficeWindow) => note(window).getByRole('link', { name: 'Sign in again' })
const textOf = async (baseUrl: string, room: string) =>
  (await fetchDocument(baseUrl, room)).getText('text').toJSON()

describe('a session that ends while the stream is open', () => {
  atNight(
    '[OF11 OF10 CL54] is said and can be renewed, and the next post ends the notice',
    async () => {
      const room = office.newRoom()
      await office.allow('bob', WRITER)
      await using bobs = await office.page(room, 'bob')
      await type(bobs, 'saved, ')
      await bobs.untilSaved()
      office.expire('bob')
      await type(bobs, 'kept, ')
      await said(bobs).toMatch(
        /^You are signed out. Sign in again. What you wrote last isn’t saved/,
      )
      await expect
        .poll(() => login(bobs).getAttribute('href'))
        .toBe(`/login?return=%2Fpages%2F${room}`)
      await expect.poll(() => bobs.status.textContent()).toBe('Live, but signed out')
      office.signIn('bob')
      await type(bobs, 'and saved')
      await note(bobs).waitFor({ state: 'detached' })
      await bobs.untilSaved()
      expect(await textOf(office.baseUrl, room)).toBe('saved, kept, and saved')
    },
  )

  it('[OF11] is noticed to be renewed when the window becomes visible', async () => {
    const room = office.newRoom()
    await office.allow('bob', WRITER)
    await using bobs = await office.page(room, 'bob')
    office.expire('bob')
    await type(bobs, 'kept')
    await said(bobs).toMatch(/^You are signed out/)
    office.signIn('bob')
    await bobs.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await note(bobs).waitFor({ state: 'detached' })
    await bobs.untilSaved()
    expect(await textOf(office.baseUrl, room)).toBe('kept')
  })
})

it('[OF14 CL8] somebody who signs in again is shown once', async () => {
  const room = office.newRoom()
  await office.allow('ann', WRITER)
  await office.allow('bob', WRITER)
  await using anns = await office.page(room, 'ann')
  await using bobs = await office.page(room, 'bob')
  await anns.avatar('Bob').waitFor()
  const before = await anns.avatar('Bob').elementHandle()
  office.signOut('bob')
  await login(bobs).click()
  await bobs.untilOpen()
  await note(bobs).waitFor({ state: 'detached' })
  await bobs.avatar('Ann').waitFor()
  for (const window of [anns, bobs])
    await expect
      .poll(() => window.page.locator('.avatars .avatar').allTextContents())
      .toHaveLength(2)
  expect(await before.evaluate((avatar) => avatar.isConnected)).toBe(true)
})

atNight(
  '[AC34 HT40] somebody who signs in as another user isn’t left behind as the former one',
  async () => {
    const room = office.newRoom()
    await office.allow('ann', WRITER)
    await office.allow('bob', WRITER)
    await using anns = await office.page(room, 'ann')
    await using theirs = await office.page(room, 'bob')
    await anns.avatar('Bob').waitFor()
    const { page } = theirs
    // A beacon has its parameters in its body.
    const isGoodbye = (request: Request) => /\/leave\?self=/.test(request.url())
    const goodbye = page.waitForEvent('requestfinished', isGoodbye)
    await page.context().addCookies([{ name: 'who', value: 'ann', url: office.baseUrl }])
    await page.reload()
    await theirs.untilOpen()
    await goodbye
    const { members } = (await (
      await fetch(`${office.baseUrl}/rooms/${room}/location`)
    ).json()) as {
      members: readonly Member[]
    }
    expect(members.map(({ user }) => user.id)).toEqual(['ann', 'ann'])
    await anns.avatar('Bob').waitFor({ state: 'detached' })
  },
)

describe('a document that is deleted', () => {
  it('[OF13 OF10] is still shown, and is begun again empty by whoever may write', async () => {
    const room = office.newRoom()
    await office.allow('bob', WRITER)
    await using bobs = await office.page(room, 'bob')
    await type(bobs, 'the minutes')
    await bobs.untilSaved()
    await office.remove(room)
    await said(bobs).toBe(
      'This document was deleted, for everyone. Only this window still shows it: copy what you need. Begin an empty document here. Nothing of the deleted document goes there.',
    )
    await expect.poll(() => bobs.status.textContent()).toBe('Closed')
    await reads(bobs, /^the minutes$/)
    await note(bobs).getByRole('button', { name: 'Begin an empty document here' }).click()
    await note(bobs).waitFor({ state: 'detached' })
    await reads(bobs, /^$/)
    await type(bobs, 'another meeting')
    await bobs.untilSaved()
    expect(await textOf(office.baseUrl, room)).toBe('another meeting')
  })

  it.each(['page', 'sheet'] as const)(
    '[OF15] gives what was never saved of a deleted %s, until it is discarded',
    async (kind) => {
      const room = office.newRoom()
      await office.allow('bob', WRITER)
      await using line = await Line.to(office.baseUrl)
      await using bobs = await office[kind](room, 'bob', line.baseUrl)
      const write = async (text: string) => {
        await bobs.page.keyboard.type(text)
        await bobs.page.keyboard.press('Enter')
      }
      if (bobs instanceof OfficeWindow) await bobs.text.click()
      else await bobs.select('A1')
      await write('saved')
      await bobs.untilSaved()
      line.cut()
      await expect.poll(() => bobs.page.locator('.status output').textContent()).toMatch(/^Reconn/)
      await write('never saved')
      const saving = bobs.page.locator('.saving')
      await expect.poll(() => saving.textContent()).toMatch(/kept in this browser/)
      await office.remove(room)
      line.mend()
      await said(bobs).toMatch(/^This document was deleted, and begun again empty/)
      await bobs.page.reload()
      await bobs.untilOpen()
      await note(bobs).getByRole('button', { name: 'Show it' }).click()
      const dialog = bobs.page.getByRole('dialog')
      const text = dialog.getByLabel('Text of the deleted document')
      await expect.poll(async () => (await text.inputValue()).trim()).toBe('saved\nnever saved')
      await bobs.page.keyboard.press('Escape')
      await note(bobs).getByRole('button', { name: 'Show it' }).click()
      await dialog.getByRole('button', { name: 'Discard' }).click()
      await note(bobs).waitFor({ state: 'detached' })
      await bobs.page.reload()
      await bobs.untilOpen()
      await bobs.untilSaved()
      expect(await note(bobs).count()).toBe(0)
    },
  )

  it('[OF13] isn’t begun again by somebody who may only view', async () => {
    const room = office.newRoom()
    await postDocument(office.baseUrl, room, (doc) => addBlock(doc, 'the minutes'))
    await office.allow('bob', READER)
    await using bobs = await office.page(room, 'bob')
    await reads(bobs, /^the minutes$/)
    await office.remove(room)
    await said(bobs).toMatch(/^This document was deleted, for everyone. .* copy what you need.$/)
    expect(await note(bobs).getByRole('button').count()).toBe(0)
  })
})

describe('a server without room for more', () => {
  it('[OF10 SH70] says so, and keeps what is typed over a reload', async () => {
    const room = pages.newRoom()
    await using small = await startServer({}, 0, [], {
      WHEREABOUTS_MAX_STORED_BYTES: '2000',
    })
    await using anns = await pages.open(room, ann, { baseUrl: small.baseUrl })
    await type(anns, 'saved, ')
    await anns.untilSaved()
    await anns.page.keyboard.insertText('x'.repeat(3_000))
    await said(anns).toMatch(
      /^There is no space left for documents. Ask whoever runs this server for more. What you wrote/,
    )
    await type(anns, ', kept')
    await anns.page.reload()
    await anns.untilOpen()
    await reads(anns, /^saved, x+, kept$/)
    await said(anns).toMatch(/^There is no space left/)
  })
})
