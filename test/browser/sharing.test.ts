import { EventEmitter, once } from 'node:events'
import { sharedAccess } from '@whereabouts/server'
import type { Locator, Route } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { GuardedOffice } from './guarded-office.js'
import { ann, bob, Office } from './office.js'
import { OfficeWindow } from './office-window.js'
import { SheetWindow } from './sheet-window.js'

const guarded = new GuardedOffice(sharedAccess)
const open = new Office()

type AnyWindow = Pick<OfficeWindow, 'page'>

const note = ({ page }: AnyWindow) => page.locator('.state-note')
const dialog = ({ page }: AnyWindow) => page.getByRole('dialog', { name: 'Share' })
const shareButton = ({ page }: AnyWindow) => page.getByRole('button', { name: 'Share' })
const said = (at: AnyWindow, text: string) => dialog(at).getByText(text, { exact: true }).waitFor()
const button = (at: AnyWindow, name: string) => dialog(at).getByRole('button', { name })
const copied = ({ page }: AnyWindow) => page.evaluate(() => navigator.clipboard.readText())

/** A picture for whoever looks at them, if the environment says where they go. */
async function look({ page }: AnyWindow, name: string): Promise<void> {
  const folder = process.env['PICTURES']
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` })
}

async function share(at: AnyWindow): Promise<void> {
  await shareButton(at).click()
  await dialog(at).waitFor()
}

/** Writes a sheet, and opens the dialog; returns what the link gives. */
async function shareOwn(at: SheetWindow): Promise<Locator> {
  await at.write('A1', 'mine')
  await at.untilSaved()
  await share(at)
  const gives = dialog(at).getByLabel('What the link gives')
  await gives.waitFor()
  return gives
}

/** Changes what the link gives where the dialog doesn't know of it. */
async function endLink({ page }: AnyWindow, room: string): Promise<void> {
  const { request } = page.context()
  const url = new URL(`/rooms/${room}/access`, page.url()).href
  const { access } = (await (await request.get(url)).json()) as { access: { revision: number } }
  await request.post(url, { data: { revision: access.revision, link: 'nothing' } })
}

describe('sharing a sheet with users', () => {
  it('[OF2 OF3 OF4 OF6 OF36 OF37] narrows and widens another window at once, and passes the sheet on', async () => {
    const room = guarded.newRoom()
    await using anns = await guarded.sheet(room, 'ann')
    await anns.write('A1', 'mine')
    await anns.untilSaved()
    await using bobs = await guarded.sheet(room, 'bob')
    await bobs.untilShows('A1', 'mine')
    await share(anns)
    const gives = dialog(anns).getByLabel('What the link gives')
    await gives.selectOption('view')
    await note(bobs).filter({ hasText: 'You can view this document.' }).waitFor()
    await share(bobs)
    await dialog(bobs).getByText('View only.').waitFor()
    await expect
      .poll(() => dialog(bobs).getByRole('button').allTextContents())
      .toEqual(['Copy link', 'Done'])
    await look(bobs, 'viewer')
    await dialog(anns).getByLabel('User id of somebody to add').fill('bob')
    await button(anns, 'Add').click()
    await note(bobs).waitFor({ state: 'detached' })
    await dialog(bobs).getByText('You can edit this document.').waitFor()
    await look(anns, 'owner')
    const role = dialog(anns).getByLabel('What bob can do')
    await role.selectOption('owner')
    const question = dialog(anns).getByRole('alertdialog')
    await question.waitFor()
    await expect
      .poll(() => question.getByRole('button', { name: 'Cancel' }).evaluate(isFocused))
      .toBe(true)
    await anns.page.keyboard.press('Enter')
    await question.waitFor({ state: 'detached' })
    await role.selectOption('owner')
    const ask = async () => {
      await role.selectOption('owner')
      await button(anns, 'Ask bob').click()
      await said(anns, 'Bob becomes the owner by accepting it in Share.')
    }
    const takeBack = button(anns, 'Take back the offer to bob')
    await button(anns, 'Ask bob').click()
    await takeBack.waitFor()
    await look(anns, 'offered')
    await takeBack.click()
    await takeBack.waitFor({ state: 'detached' })
    await ask()
    const refuse = button(bobs, 'Refuse')
    const reopen = async () => {
      await bobs.page.keyboard.press('Escape')
      await share(bobs)
      await refuse.waitFor()
    }
    await reopen()
    await dialog(bobs).getByText('Ann offers you this document.').waitFor()
    await look(bobs, 'offer')
    await refuse.click()
    await refuse.waitFor({ state: 'detached' })
    await anns.page.keyboard.press('Escape')
    await share(anns)
    await ask()
    await reopen()
    await button(bobs, 'Become the owner').click()
    await dialog(bobs).getByText('People with access').waitFor()
    await dialog(anns).getByText('You can edit this document.').waitFor()
    await anns.page.keyboard.press('Escape')
    await dialog(anns).waitFor({ state: 'detached' })
    await expect.poll(() => shareButton(anns).evaluate(isFocused)).toBe(true)
    expect([...anns.complaints, ...bobs.complaints]).toEqual([])
  })

  it('[OF6] says that somebody else was first', async () => {
    const room = guarded.newRoom()
    await using anns = await guarded.sheet(room, 'ann')
    const gives = await shareOwn(anns)
    await endLink(anns, room)
    await gives.selectOption('view')
    await said(anns, 'Somebody else changed this just now. Here it is as it stands.')
    await expect.poll(() => gives.inputValue()).toBe('nothing')
  })
})

describe('a second change before the first one is answered', () => {
  /** Makes two, whose first waits for the gate. */
  const begin = async (anns: SheetWindow) => {
    const gives = await shareOwn(anns)
    const gate = new EventEmitter()
    const opened = once(gate, 'open')
    const hold = async (route: Route) => {
      await opened
      await route.continue()
    }
    await anns.page.route('**/access', hold, { times: 1 })
    await gives.selectOption('view')
    await dialog(anns).getByLabel('User id of somebody to add').fill('bob')
    await button(anns, 'Add').click()
    return { gives, gate }
  }

  it('[OF45] is made after it, and both hold', async () => {
    await using anns = await guarded.sheet(guarded.newRoom(), 'ann')
    const { gives, gate } = await begin(anns)
    gate.emit('open')
    await said(anns, 'Added.')
    await expect.poll(() => gives.inputValue()).toBe('view')
    await expect.poll(() => dialog(anns).getByLabel('What bob can do').inputValue()).toBe('editor')
  })

  it('[OF45] isn’t made if somebody else’s change came before both', async () => {
    const room = guarded.newRoom()
    await using anns = await guarded.sheet(room, 'ann')
    const { gives, gate } = await begin(anns)
    await endLink(anns, room)
    gate.emit('open')
    await said(anns, 'Somebody else changed this just now. Here it is as it stands.')
    await expect.poll(() => gives.inputValue()).toBe('nothing')
    await gives.selectOption('view')
    await said(anns, 'Changed.')
    expect(await dialog(anns).getByLabel('What bob can do').count()).toBe(0)
  })
})

describe('sharing a document without users', () => {
  it('[OF2 OF3 OF5] a view link shows a sheet until it is ended', async () => {
    const { baseUrl, browser } = open
    const room = open.newRoom()
    await using anns = await SheetWindow.open(browser, { baseUrl, room, person: ann })
    await anns.write('A1', 'shown')
    await anns.untilSaved()
    await share(anns)
    await button(anns, 'Copy link').click()
    await said(anns, 'Copied.')
    expect(await copied(anns)).toBe(`${baseUrl}/sheets/${room}`)
    await button(anns, 'Copy view link').click()
    await button(anns, 'End view link').waitFor()
    await expect.poll(() => copied(anns)).toMatch(/\/sheets\/view~[\w-]{32}$/)
    const link = new URL(await copied(anns)).pathname.split('/').at(-1)!
    await look(anns, 'edit-link')
    await using bobs = await SheetWindow.open(browser, { baseUrl, room: link, person: bob })
    await bobs.untilShows('A1', 'shown')
    await note(bobs).filter({ hasText: 'You can view this document.' }).waitFor()
    expect(await bobs.page.title()).toBe('Untitled sheet · whereabouts')
    await share(bobs)
    await dialog(bobs).getByText('View only.').waitFor()
    await look(bobs, 'view-link')
    await bobs.page.setViewportSize({ width: 390, height: 700 })
    await look(bobs, 'view-link-390')
    await anns.page.setViewportSize({ width: 390, height: 700 })
    await look(anns, 'edit-link-390')
    await button(anns, 'End view link').click()
    await said(anns, 'The view link no longer works.')
    await bobs.page.getByText('This link no longer works.').first().waitFor()
    expect(await bobs.page.content()).not.toContain(room)
  })

  it('[OF5 OF10 OF12 PG4 PG53 CM1] a view link shows a page by its name, until it is ended', async () => {
    const { baseUrl, browser } = open
    const room = open.newRoom()
    await using anns = await OfficeWindow.open(browser, {
      baseUrl,
      path: `/pages/${room}`,
      person: ann,
    })
    await anns.untilOpen()
    await anns.text.click()
    await anns.page.keyboard.type('Read me')
    await anns.page.keyboard.press('Enter')
    await anns.page.keyboard.type('to the end')
    await share(anns)
    await button(anns, 'Copy view link').click()
    await button(anns, 'End view link').waitFor()
    await expect.poll(() => copied(anns)).toMatch(/\/pages\/view~[\w-]{32}$/)
    const path = new URL(await copied(anns)).pathname
    await button(anns, 'Done').click()
    await using bobs = await OfficeWindow.open(browser, { baseUrl, path, person: bob })
    await bobs.text.getByText('Read me').waitFor()
    await note(bobs).filter({ hasText: 'You can view this document.' }).waitFor()
    await expect.poll(() => bobs.page.title()).toBe('Read me · whereabouts')
    await bobs.page.getByRole('heading', { name: 'Read me' }).waitFor()
    await anns.title.fill('Minutes')
    await anns.title.press('Enter')
    await expect.poll(() => bobs.page.title()).toBe('Minutes · whereabouts')
    await bobs.page.getByRole('heading', { name: 'Minutes' }).waitFor()
    expect(bobs.requests.filter(({ url }) => url.includes('/comments~'))).toEqual([])
    await using another = await bobs.page.context().newPage()
    await another.goto(baseUrl)
    await another.getByRole('link', { name: 'Minutes' }).waitFor()
    expect(await another.getByRole('button', { name: /^Rename/ }).count()).toBe(0)
    await share(anns)
    await button(anns, 'End view link').click()
    await said(anns, 'The view link no longer works.')
    const ended = 'This link no longer works. Ask whoever sent it to you for a new one.'
    await expect.poll(() => note(bobs).textContent()).toBe(ended)
    await expect.poll(() => bobs.status.textContent()).toBe('Closed')
    await another.getByText('Nothing here yet').waitFor()
    await bobs.page.reload()
    await expect.poll(() => note(bobs).textContent()).toBe(ended)
    expect(await bobs.page.locator('.saving').count()).toBe(0)
    await another.reload()
    await another.getByText('Nothing here yet').waitFor()
  })
})

function isFocused(element: Element): boolean {
  return element === document.activeElement
}
