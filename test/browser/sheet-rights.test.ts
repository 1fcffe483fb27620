import { describe, expect, it } from 'vitest'
import { GuardedOffice, READER, WRITER } from './guarded-office.js'
import { fetchDocument, postDocument, unsavedText } from './office-window.js'
import { untilInOrder } from './sheets.js'
import type { SheetWindow } from './sheet-window.js'

const office = new GuardedOffice()

const note = ({ page }: SheetWindow) => page.locator('.state-note')
const toolbar = ({ page }: SheetWindow) => page.locator('[data-u-comp="headerbar"] button').first()
const isSaved = ({ saving }: SheetWindow) => saving.getAttribute('data-saving')

/** The address of edits on their way to the server. */
const POSTS = /\/document\?/

/** What the server has in the cells of the first sheet, by key. */
async function stored(room: string): Promise<Record<string, unknown>> {
  return (await fetchDocument(office.baseUrl, room)).getMap('cells:sheet-1').toJSON()
}

async function untilReadOnly(window: SheetWindow): Promise<void> {
  await note(window).filter({ hasText: 'You can view this document.' }).waitFor()
  await toolbar(window).waitFor({ state: 'detached' })
}

async function untilEditable(window: SheetWindow): Promise<void> {
  await note(window).waitFor({ state: 'detached' })
  await toolbar(window).waitFor()
}

/** The upper half of what shows row 3, which is hidden. */
const ARROW = { x: 40, y: 63 }

/** What the menu of a tab begins with. */
const renaming = ({ page }: SheetWindow) => page.getByText('Rename', { exact: true }).first()

/** Resolves when what a click led to has been drawn. */
async function nextFrame({ page }: SheetWindow): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(() => resolve()))
      }),
  )
}

/** Univer takes a press of this length for the beginning of a drag. */
const LONG_PRESS_MS = 700

async function dragTab(window: SheetWindow): Promise<void> {
  const { mouse } = window.page
  const [from, to] = await Promise.all(
    ['Sheet 1', 'Sheet 3'].map((name) => window.tab(name).boundingBox()),
  )
  await mouse.move(from!.x + 20, from!.y + 5)
  await mouse.down()
  await window.page.waitForTimeout(LONG_PRESS_MS)
  await mouse.move(to!.x + to!.width, to!.y + 5, { steps: 20 })
  await mouse.up()
}

const ATTEMPTS: readonly (readonly [what: string, attempt: (at: SheetWindow) => Promise<void>])[] =
  [
    ['typing', ({ page }) => page.keyboard.type('no')],
    ['Enter', ({ page }) => page.keyboard.press('Enter')],
    ['F2', ({ page }) => page.keyboard.press('F2')],
    ['Delete', ({ page }) => page.keyboard.press('Delete')],
    ['Backspace', ({ page }) => page.keyboard.press('Backspace')],
    ['bold', ({ page }) => page.keyboard.press('Control+b')],
    ['filling down', ({ page }) => page.keyboard.press('Control+d')],
    ['hiding a row', ({ page }) => page.keyboard.press('Control+9')],
    ['undo', ({ page }) => page.keyboard.press('Control+z')],
    ['redo', ({ page }) => page.keyboard.press('Control+y')],
    ['pasting', (at) => at.paste('1\t2\n3\t4')],
    ['a cut', ({ page }) => page.keyboard.press('Control+x')],
    ['pasting what was cut', ({ page }) => page.keyboard.press('Control+v')],
    ['a double click', ({ canvas }) => canvas.dblclick({ position: { x: 250, y: 60 } })],
    ['typing after it', ({ page }) => page.keyboard.type('no')],
    ['dragging the handle', (at) => at.drag({ x: 134, y: 44 }, { x: 134, y: 140 })],
    ['dragging the cell', (at) => at.drag({ x: 90, y: 43 }, { x: 350, y: 140 })],
    ['dragging a column’s edge', (at) => at.drag({ x: 134, y: 10 }, { x: 250, y: 10 })],
    ['the menu', (at) => at.openMenu('A1')],
    ['a new sheet', ({ page }) => page.locator('footer button').first().dispatchEvent('click')],
    ['dragging a tab', dragTab],
    ['a new name', (at) => at.tab('Sheet 2').dblclick()],
    ['typing it', ({ page }) => page.keyboard.type('mine')],
    ['finishing it', ({ page }) => page.keyboard.press('Enter')],
    ['the title', ({ page }) => page.getByRole('textbox', { name: 'Title' }).click()],
    ['typing a title', ({ page }) => page.keyboard.type('mine')],
  ]

describe('a sheet that may only be read', () => {
  it('[SH131 SH105] shows no control that doesn’t work', async () => {
    const room = office.newRoom()
    await office.allow('ann', WRITER)
    await office.allow('bob', READER)
    await using anns = await office.sheet(room, 'ann')
    await using bobs = await office.sheet(room, 'bob')
    await untilReadOnly(bobs)
    const editing = (name: string) => `[data-u-comp="formula-bar"] .univerjs-icon-${name}-icon`
    const controls = [
      ...['close', 'check-mark', 'fx'].map(editing),
      'footer .univerjs-icon-increase-icon >> nth=0',
    ]
    for (const control of controls) {
      expect(await anns.page.locator(control).isVisible(), control).toBe(true)
      expect(await bobs.page.locator(control).isVisible(), control).toBe(false)
    }
    await bobs.tab('Sheet 1').click({ button: 'right' })
    await nextFrame(bobs)
    expect(await renaming(bobs).count()).toBe(0)
    await office.allow('bob', WRITER)
    await untilEditable(bobs)
    for (const control of controls) await bobs.page.locator(control).waitFor()
    await bobs.tab('Sheet 1').click({ button: 'right' })
    await renaming(bobs).waitFor()
    await office.allow('bob', READER)
    await renaming(bobs).waitFor({ state: 'detached' })
  })

  it('[SH131] shows no arrows at hidden rows', async () => {
    const room = office.newRoom()
    await postDocument(office.baseUrl, room, (doc) => {
      doc.getMap('rows:sheet-1').set('2/hidden', true)
    })
    const isHidden = async () =>
      (await fetchDocument(office.baseUrl, room)).getMap('rows:sheet-1').get('2/hidden') === true
    await office.allow('bob', READER)
    await using bobs = await office.sheet(room, 'bob')
    await untilReadOnly(bobs)
    await bobs.canvas.click({ position: ARROW })
    await nextFrame(bobs)
    expect(await bobs.notice.textContent()).toBe('')
    await office.allow('bob', WRITER)
    await untilEditable(bobs)
    await bobs.canvas.click({ position: ARROW })
    await expect.poll(isHidden).toBe(false)
    await untilInOrder(bobs)
  })

  it('[SH14 SH105] has no tools, and stays as it is whatever somebody tries', async () => {
    const room = office.newRoom()
    await office.allow('ann', WRITER)
    await office.allow('bob', READER)
    await using anns = await office.sheet(room, 'ann')
    await anns.write('A1', 'read me')
    await anns.untilSaved()
    await using bobs = await office.sheet(room, 'bob')
    await untilReadOnly(bobs)
    await bobs.untilShows('A1', 'read me')
    const before = await stored(room)
    for (const [what, attempt] of ATTEMPTS) {
      await bobs.select('A1')
      await attempt(bobs)
      expect([await isSaved(bobs), await bobs.tabs()], what).toEqual([
        'saved',
        ['Sheet 1', 'Sheet 2', 'Sheet 3'],
      ])
      await bobs.page.keyboard.press('Escape')
    }
    await bobs.tab('Sheet 1').click()
    await bobs.select('A1')
    await bobs.page.keyboard.press('Delete')
    await expect.poll(() => bobs.notice.textContent()).toMatch(/You can view this document/)
    expect(await bobs.read('A1')).toBe('read me')
    expect(await bobs.page.getByText('Paste').count()).toBe(0)
    expect(await stored(room)).toEqual(before)
    await untilInOrder(anns, bobs)
  })

  it('[SH104 SH105] can be edited, and no longer, at once and without a reload', async () => {
    const room = office.newRoom()
    await office.allow('ann', WRITER)
    await office.allow('bob', READER)
    await using anns = await office.sheet(room, 'ann')
    await using bobs = await office.sheet(room, 'bob')
    await untilReadOnly(bobs)
    await office.allow('bob', WRITER)
    await untilEditable(bobs)
    await bobs.write('B2', 'of Bob')
    await anns.untilShows('B2', 'of Bob')
    await office.allow('bob', READER)
    await untilReadOnly(bobs)
    await bobs.select('B2')
    await bobs.page.keyboard.press('Control+z')
    await bobs.page.keyboard.press('Delete')
    await anns.write('A1', 'of Ann')
    await bobs.untilShows('A1', 'of Ann')
    expect(await bobs.read('B2')).toBe('of Bob')
    await office.allow('bob', WRITER)
    await untilEditable(bobs)
    await bobs.select('B2')
    await bobs.page.keyboard.press('Control+z')
    await anns.untilShows('B2', '')
    await untilInOrder(anns, bobs)
  })

  it('[SH106] gives back what is being typed when the right ends', async () => {
    const room = office.newRoom()
    await office.allow('bob', WRITER)
    await using bobs = await office.sheet(room, 'bob')
    await bobs.select('C3')
    await bobs.page.keyboard.type('half a sent')
    await office.allow('bob', READER)
    await bobs.dialog.waitFor()
    await bobs.dialog.getByText('You can view this document').waitFor()
    await expect.poll(() => bobs.dialog.getByRole('textbox').inputValue()).toBe('half a sent')
    await bobs.dialog.getByRole('button', { name: 'Copy' }).click()
    const copied = () => bobs.page.evaluate(() => navigator.clipboard.readText())
    await expect.poll(copied).toBe('half a sent')
    const put = bobs.dialog.getByRole('button', { name: 'Put into the selected cell' })
    expect(await put.count()).toBe(0)
    await bobs.dialog.getByRole('button', { name: 'Discard' }).click()
    await expect.poll(() => isSaved(bobs)).toBe('saved')
    expect(await stored(room)).toEqual({})
    await untilInOrder(bobs)
  })

  it('[SH107 OF19 CL55 CL56] keeps what wasn’t saved, says so, and saves it later', async () => {
    const room = office.newRoom()
    await office.allow('bob', WRITER)
    await using bobs = await office.sheet(room, 'bob')
    await bobs.write('A1', 'first')
    await bobs.untilSaved()
    await bobs.page.route(POSTS, (route) => route.abort())
    await bobs.write('A2', 'kept')
    await expect.poll(() => bobs.saving.textContent()).toMatch(/^Not saved yet, kept/)
    await office.allow('bob', READER)
    await untilReadOnly(bobs)
    const said = 'Not saved yet, kept in this browser: You can only view this document.'
    await expect.poll(() => bobs.saving.textContent()).toBe(said)
    await bobs.page.unroute(POSTS)
    await bobs.page.reload()
    await bobs.untilOpen()
    await untilReadOnly(bobs)
    await expect.poll(() => bobs.saving.textContent()).toBe(said)
    await bobs.untilShows('A2', 'kept')
    expect(await unsavedText(bobs)).toBe('kept')
    expect(await stored(room)).toEqual({ '0:0': { v: 'first' } })
    await office.allow('bob', WRITER)
    await untilEditable(bobs)
    await bobs.untilSaved()
    expect(await stored(room)).toEqual({ '0:0': { v: 'first' }, '1:0': { v: 'kept' } })
  })

  it('[SH108 OF20] says that somebody is shut out or signed out, and what to do', async () => {
    const room = office.newRoom()
    await office.allow('bob', WRITER)
    await using bobs = await office.sheet(room, 'bob')
    await bobs.write('A1', 'to be copied')
    await bobs.untilSaved()
    await office.allow('bob', [])
    const alert = bobs.page.getByRole('alert')
    await alert.filter({ hasText: 'You no longer have access to this document.' }).waitFor()
    await toolbar(bobs).waitFor({ state: 'detached' })
    expect(await bobs.read('A1')).toBe('to be copied')
    await office.allow('bob', WRITER)
    await bobs.page.getByRole('button', { name: 'Try again' }).click()
    await untilEditable(bobs)
    await bobs.page.route(POSTS, (route) => route.abort())
    await bobs.write('A2', 'kept')
    await expect.poll(() => bobs.saving.textContent()).toMatch(/^Not saved yet, kept/)
    office.signOut('bob')
    const signedOut = 'You are signed out. Sign in again. What you wrote last isn’t saved'
    await alert.filter({ hasText: signedOut }).waitFor()
    const login = alert.getByRole('link', { name: 'Sign in again' })
    await expect.poll(() => login.getAttribute('href')).toBe(`/login?return=%2Fsheets%2F${room}`)
    expect(await bobs.read('A2')).toBe('kept')
    expect(await unsavedText(bobs)).toBe('to be copied\nkept')
    office.signIn('bob')
    await bobs.page.unroute(POSTS)
    await bobs.page.reload()
    await bobs.untilOpen()
    await untilEditable(bobs)
    await bobs.untilSaved()
    expect(await stored(room)).toEqual({ '0:0': { v: 'to be copied' }, '1:0': { v: 'kept' } })
  })

  it('[SH109] doesn’t show where somebody is who may not move, or not be seen', async () => {
    const room = office.newRoom()
    await office.allow('ann', WRITER)
    await office.allow('bob', ['watch', 'join'])
    await using anns = await office.sheet(room, 'ann')
    await using bobs = await office.sheet(room, 'bob')
    await anns.avatar('Bob').waitFor()
    await bobs.select('D4')
    await office.allow('bob', ['watch'])
    await anns.avatar('Bob').waitFor({ state: 'detached' })
    expect(await anns.tag('Bob').count()).toBe(0)
    await office.allow('bob', READER)
    await anns.avatar('Bob').waitFor()
    await anns.marker('D4').filter({ hasText: 'Bob' }).waitFor()
    await untilInOrder(anns, bobs)
  })
})

it('[PG30] a sheet that is only looked at is no document', async () => {
  const room = office.newRoom()
  await office.allow('bob', READER)
  await using bobs = await office.sheet(room, 'bob')
  await untilReadOnly(bobs)
  await bobs.page.keyboard.type('no')
  expect((await fetchDocument(office.baseUrl, room)).store.clients.size).toBe(0)
  await postDocument(office.baseUrl, room, (doc) => doc.getMap('about').set('title', 'Budget'))
  await bobs.page.getByRole('heading', { name: 'Budget' }).waitFor()
})
