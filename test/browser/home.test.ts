import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { joinRoom } from '@whereabouts/client'
import { until } from '../client/until.js'
import { startServer } from '../servers/standalone.js'
import { atNight } from '../at-night.js'
import { bob, Office } from './office.js'
import { fetchDocument, OfficeWindow, postDocument } from './office-window.js'

const ann = { name: 'Ann Lee', color: '#e11d48' }

const office = new Office()
const open = (path: string, person = ann, baseUrl = office.baseUrl) =>
  OfficeWindow.open(office.browser, { baseUrl, path, person })
const rows = ({ page }: OfficeWindow) => page.getByRole('listitem')
const row = (window: OfficeWindow, title: string) => rows(window).filter({ hasText: title })
const press = ({ page }: OfficeWindow, key: string) => page.keyboard.press(key)
const titles = ({ page }: OfficeWindow) => page.locator('.recent-title').allTextContents()

/** Opens a page and gives it a title. */
async function makePage(window: OfficeWindow, room: string, title: string): Promise<void> {
  await window.page.goto(new URL(`/pages/${room}`, window.page.url()).href)
  await window.untilOpen()
  await window.title.fill(title)
  await window.page.keyboard.press('Enter')
  await window.untilSaved()
}

/** Makes the page believe that its tab was hidden and is visible again. */
async function lookAgain({ page }: OfficeWindow): Promise<void> {
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
}

/** Fills a document up to a few characters below its limit. */
async function fill(baseUrl: string, room: string): Promise<void> {
  for (let characters = 2_000; characters > 0; characters -= 40) {
    const text = 'x'.repeat(characters)
    const isTaken = postDocument(baseUrl, room, (doc) => doc.getMap('other').set('text', text))
    if (
      await isTaken.then(
        () => true,
        () => false,
      )
    )
      return
  }
  throw new Error('the document accepts nothing')
}

describe('Home', () => {
  it('[PG3 PG4] tells a newcomer what to do, and creates a page with a new address', async () => {
    await using anns = await open('/')
    await anns.page.getByText('Nothing here yet').waitFor()
    const demo = anns.page.getByRole('link', { name: 'demo sheet' })
    await expect.poll(() => demo.getAttribute('href')).toBe('/sheets/demo')
    const paths: string[] = []
    for (let pages = 0; pages < 2; pages += 1) {
      await anns.page.getByRole('link', { name: 'New page' }).click()
      await anns.untilOpen()
      paths.push(new URL(anns.page.url()).pathname)
      await expect.poll(() => anns.title.getAttribute('placeholder')).toBe('Untitled page')
      await expect.poll(() => anns.page.title()).toBe('Untitled page · whereabouts')
      await anns.page.getByRole('link', { name: 'whereabouts' }).click()
      await expect.poll(() => rows(anns).count()).toBe(pages + 1)
    }
    for (const path of paths) expect(path).toMatch(/^\/pages\/page-[A-Za-z0-9_-]{16}$/)
    expect(new Set(paths).size).toBe(2)
    const sheet = anns.page.getByRole('link', { name: 'New sheet' })
    await expect
      .poll(() => sheet.getAttribute('href'))
      .toMatch(/^\/sheets\/sheet-[A-Za-z0-9_-]{16}$/)
    expect(anns.complaints).toEqual([])
  })

  it('[PG4 PG40] lists opened documents, newest first, in all tabs of the browser', async () => {
    const [first, second] = [office.newRoom(), office.newRoom()]
    await using anns = await open('/')
    const tab = await anns.page.context().newPage()
    await tab.goto(office.baseUrl)
    await makePage(anns, first, 'First')
    await makePage(anns, second, 'Second')
    await expect
      .poll(() => tab.locator('.recent-title').allTextContents())
      .toEqual(['Second', 'First'])
    await anns.page.goto(office.baseUrl)
    await expect.poll(() => titles(anns)).toEqual(['Second', 'First'])
    await row(anns, 'Second').getByText('Page, opened just now').waitFor()

    await row(anns, 'First').getByRole('button', { name: 'Copy the link to First' }).click()
    await anns.notice.filter({ hasText: 'Link copied' }).waitFor()
    const copied = await anns.page.evaluate(() => navigator.clipboard.readText())
    expect(copied).toBe(`${office.baseUrl}/pages/${first}`)

    await row(anns, 'Second').getByRole('button', { name: 'Remove Second from the list' }).click()
    await expect.poll(() => titles(anns)).toEqual(['First'])
    await expect.poll(() => tab.locator('.recent-title').allTextContents()).toEqual(['First'])
    await anns.page.getByRole('link', { name: 'First' }).click()
    await anns.untilOpen()
    await expect.poll(() => anns.title.inputValue()).toBe('First')
    expect(anns.complaints).toEqual([])
  })

  it('[PG40] shows an empty list if the storage contains something else', async () => {
    await using anns = await open('/')
    await anns.page.evaluate(() => localStorage.setItem('whereabouts:recent', '{"a":[null'))
    await anns.page.reload()
    await anns.page.getByText('Nothing here yet').waitFor()
    expect(anns.complaints).toEqual([])
  })

  it('[PG5] shows who is in each document, with few requests and no stream', async () => {
    const [empty, busy] = [office.newRoom(), office.newRoom()]
    await using anns = await open('/')
    await makePage(anns, empty, 'Empty')
    await makePage(anns, busy, 'Busy')
    await anns.page.goto(office.baseUrl)
    const since = anns.requests.length
    await row(anns, 'Busy').waitFor()
    const guest = joinRoom({ url: office.baseUrl, room: busy, user: { name: '<b>Guest' } })
    await until(guest, ({ status }) => status === 'online')
    await row(anns, 'Busy').getByText('<b>Guest is here').waitFor({ state: 'attached' })
    await expect.poll(() => row(anns, 'Busy').locator('.avatar').textContent()).toBe('B')
    expect(await row(anns, 'Empty').locator('.avatar').count()).toBe(0)
    const second = joinRoom({ url: office.baseUrl, room: busy, user: bob })
    await row(anns, 'Busy').getByText('<b>Guest and Bob are here').waitFor({ state: 'attached' })
    await Promise.all([guest.leave(), second.leave()])
    await expect.poll(() => row(anns, 'Busy').locator('.avatar').count()).toBe(0)

    const all = anns.requests.slice(since)
    expect(all.some(({ url }) => /\/(?:events|streams)/.test(url))).toBe(false)
    const asked = all.filter(({ url }) => url.includes('/rooms/'))
    const rounds = asked.filter(({ url }) => url.endsWith('/location'))
    const lastsMs = rounds.at(-1)!.atMs - rounds[0]!.atMs
    // Two rooms, a round of requests every 5 s, and one request each for the title.
    expect(rounds.length).toBeLessThanOrEqual(2 * Math.ceil(lastsMs / 5_000) + 4)
    expect(anns.complaints).toEqual([])
  })

  atNight(
    '[PG1 PG15] renames a document: immediately in open windows, elsewhere at the next check',
    async () => {
      const room = office.newRoom()
      await using anns = await open('/')
      await makePage(anns, room, 'Plan')
      await using bobs = await open(`/pages/${room}`, bob)
      await bobs.untilOpen()
      await bobs.text.click()
      await bobs.page.keyboard.type('what Bob wrote')
      await bobs.untilSaved()
      await using cleos = await open(`/pages/${room}`, { name: 'Cleo', color: '#15803d' })
      await cleos.untilOpen()
      await cleos.page.goto(office.baseUrl)
      await row(cleos, 'Plan').waitFor()

      await anns.page.goto(office.baseUrl)
      await row(anns, 'Plan').getByRole('button', { name: 'Rename Plan' }).click()
      await anns.page.keyboard.type('Plan for 2027')
      await anns.page.keyboard.press('Enter')
      await expect.poll(() => titles(anns)).toEqual(['Plan for 2027'])
      await expect.poll(() => bobs.title.inputValue()).toBe('Plan for 2027')
      await expect.poll(() => bobs.page.title()).toBe('Plan for 2027 · whereabouts')
      await expect.poll(() => bobs.written()).toBe('what Bob wrote')
      const stored = await fetchDocument(office.baseUrl, room)
      expect(stored.getMap('about').toJSON()).toEqual({ title: 'Plan for 2027', format: 2 })
      expect(stored.getText('text').toString()).toContain('what Bob wrote')

      await expect.poll(() => titles(cleos)).toEqual(['Plan'])
      await lookAgain(cleos)
      await expect.poll(() => titles(cleos)).toEqual(['Plan for 2027'])
      expect([...anns.complaints, ...bobs.complaints, ...cleos.complaints]).toEqual([])
    },
  )

  it('[PG1] renames a sheet in the same way and keeps its cells', async () => {
    const room = office.newRoom()
    await using anns = await open(`/sheets/${room}`)
    await anns.page.locator('main[aria-busy="false"]').waitFor({ timeout: 45_000 })
    await anns.page.keyboard.type('12')
    await press(anns, 'Enter')
    await anns.title.fill('Budget')
    await press(anns, 'Enter')
    await anns.page.keyboard.type('34')
    await press(anns, 'Enter')
    await expect.poll(() => anns.page.title()).toBe('Budget · whereabouts')
    await anns.untilSaved()
    await using bobs = await open('/', bob)
    await bobs.page.evaluate((name) => {
      const recent = [{ kind: 'sheet', room: name, openedAtMs: 1 }]
      localStorage.setItem('whereabouts:recent', JSON.stringify(recent))
    }, room)
    await bobs.page.reload()
    await row(bobs, 'Budget').getByRole('button', { name: 'Rename Budget' }).click()
    await bobs.page.keyboard.type('Budget 2027')
    await press(bobs, 'Enter')
    await expect.poll(() => anns.title.inputValue()).toBe('Budget 2027')
    const stored = await fetchDocument(office.baseUrl, room)
    const cells = Object.values(stored.getMap('cells:sheet-1').toJSON())
    expect(cells).toEqual([{ v: 12 }, { v: 34 }])
    expect([...anns.complaints, ...bobs.complaints]).toEqual([])
  })

  it('[PG15] a rename loses no edit made meanwhile, and Escape cancels it', async () => {
    const room = office.newRoom()
    await using anns = await open('/')
    await makePage(anns, room, 'One')
    await anns.page.goto(office.baseUrl)
    await row(anns, 'One').getByRole('button', { name: 'Rename One' }).click()
    await anns.page.keyboard.type('Two')
    await anns.page.keyboard.press('Escape')
    await row(anns, 'One').getByRole('link', { name: 'One' }).waitFor()
    const focused = () =>
      anns.page.evaluate(() => document.activeElement?.getAttribute('aria-label'))
    await expect.poll(focused).toBe('Rename One')
    await postDocument(office.baseUrl, room, (doc) => doc.getMap('about').set('title', 'Three'))
    await anns.page.keyboard.press('Enter')
    await anns.page.keyboard.type('Four')
    await anns.page.keyboard.press('Enter')
    await expect.poll(() => titles(anns)).toEqual(['Four'])
    const stored = async () =>
      (await fetchDocument(office.baseUrl, room)).getMap('about').get('title')
    await expect.poll(stored).toBe('Four')
  })

  it('[OF108] the keys that end or cancel a composition neither rename nor close the field', async () => {
    await using anns = await open('/')
    await makePage(anns, office.newRoom(), 'One')
    await anns.page.goto(office.baseUrl)
    await row(anns, 'One').getByRole('button', { name: 'Rename One' }).click()
    const keyboard = await anns.page.context().newCDPSession(anns.page)
    const field = anns.page.getByRole('textbox', { name: 'Title of One' })
    const composes = (text: string) =>
      keyboard.send('Input.imeSetComposition', {
        text,
        selectionStart: text.length,
        selectionEnd: text.length,
      })
    await composes('er')
    await anns.page.keyboard.press('Escape')
    await composes('gong')
    await anns.page.keyboard.press('Enter')
    await keyboard.send('Input.insertText', { text: '工作' })
    await expect.poll(() => field.inputValue()).toBe('工作')
    await anns.page.keyboard.press('Enter')
    await expect.poll(() => titles(anns)).toEqual(['工作'])
  })

  atNight('[PG15] reports a failed rename and its reason', async () => {
    await using small = await startServer({ maxDocumentBytes: 2_000 })
    const room = office.newRoom()
    await using anns = await open('/', ann, small.baseUrl)
    await makePage(anns, room, 'Small')
    await fill(small.baseUrl, room)
    await anns.page.goto(small.baseUrl)
    await row(anns, 'Small').getByRole('button', { name: 'Rename Small' }).click()
    await anns.page.keyboard.type('much longer '.repeat(8))
    await anns.page.keyboard.press('Enter')
    await row(anns, 'Not renamed: ').waitFor()
    await anns.page.keyboard.press('Escape')
    await expect.poll(() => titles(anns)).toEqual(['Small'])
    const stored = await fetchDocument(small.baseUrl, room)
    expect(stored.getMap('about').get('title')).toBe('Small')
  })

  it('[PG2] an invalid title is shown as the name of the room', async () => {
    const room = office.newRoom()
    await postDocument(office.baseUrl, room, (doc) =>
      doc.getMap('about').set('title', '\u202Egnp.exe'),
    )
    await using anns = await open(`/pages/${room}`)
    await anns.untilOpen()
    expect(await anns.title.inputValue()).toBe('')
    await expect.poll(() => anns.page.title()).toBe(`${room} · whereabouts`)
    await anns.page.goto(office.baseUrl)
    await expect.poll(() => titles(anns)).toEqual([room])
    expect(anns.complaints).toEqual([])
  })

  it('[PG17] loads no code of the sheet or the editor, and the page no code of the sheet', async () => {
    await using anns = await open('/')
    await anns.page.getByText('Nothing here yet').waitFor()
    const scripts = () => anns.requests.map(({ url }) => url).filter((url) => url.endsWith('.js'))
    const sizes = async () => {
      const texts = await Promise.all(scripts().map(async (url) => (await fetch(url)).text()))
      return {
        univer: texts.some((text) => text.includes('univer')),
        editor: texts.some((text) => text.includes('ProseMirror')),
      }
    }
    expect(await sizes()).toEqual({ univer: false, editor: false })
    await anns.page.getByRole('link', { name: 'New page' }).click()
    await anns.untilOpen()
    expect(await sizes()).toEqual({ univer: false, editor: true })
  })

  atNight('[HM40] [HM41] carries its list to another browser', async () => {
    const [room, other] = [office.newRoom(), office.newRoom()]
    await using anns = await open('/')
    await makePage(anns, room, 'Plan')
    await makePage(anns, other, 'Minutes')
    await anns.page.goto(office.baseUrl)
    const exportList = anns.page.getByRole('button', { name: 'Export the list' })
    const downloading = anns.page.waitForEvent('download')
    await exportList.focus()
    await press(anns, 'Enter')
    const path = await (await downloading).path()
    await anns.page.getByText('Exported the links of 2 documents.').waitFor()

    await using bobs = await open('/', bob)
    const importButton = bobs.page.getByRole('button', { name: 'Import a list' })
    await importButton.waitFor()
    expect(await bobs.page.getByRole('button', { name: 'Export the list' }).count()).toBe(0)
    const importFile = async (
      file: string | { name: string; mimeType: string; buffer: Buffer },
    ) => {
      const choosing = bobs.page.waitForEvent('filechooser')
      await importButton.focus()
      await press(bobs, 'Enter')
      await (await choosing).setFiles(file)
    }
    const json = (text: string) => ({
      name: 'list.json',
      mimeType: 'application/json',
      buffer: Buffer.from(text),
    })
    await importFile(json(`${await readFile(path, 'utf8')}${' '.repeat(262_144)}`))
    await bobs.page.getByText('This file isn’t a list that was exported here.').waitFor()
    expect(await titles(bobs)).toEqual([])
    await importFile(path)
    await bobs.page.getByText('Added 2 documents.').waitFor()
    await expect.poll(() => titles(bobs)).toEqual(['Minutes', 'Plan'])
    await importFile(path)
    await bobs.page.getByText('Added nothing. 2 were in the list already.').waitFor()
    await row(bobs, 'Plan').getByRole('link').click()
    await bobs.untilOpen()
    expect(new URL(bobs.page.url()).pathname).toBe(`/pages/${room}`)
    expect(bobs.complaints).toEqual([])
  })

  it('[PG4] fits a phone’s screen', async () => {
    await using anns = await OfficeWindow.open(office.browser, {
      baseUrl: office.baseUrl,
      path: '/',
      person: ann,
      width: 400,
    })
    await makePage(
      anns,
      office.newRoom(),
      'A title that is much too long for a window that is as narrow',
    )
    await anns.page.goto(office.baseUrl)
    await rows(anns).first().waitFor()
    const beyond = await anns.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(beyond).toBeLessThanOrEqual(0)
    await rows(anns)
      .first()
      .getByRole('button', { name: /^Rename/ })
      .click()
    await anns.page.getByRole('button', { name: 'Save' }).waitFor()
    const wider = await anns.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(wider).toBeLessThanOrEqual(0)
  })

  it.each(['/sheets/a/b', '/books/demo', '/pages/a%20b'])(
    '[SH11] shows a link to Home at the unknown address %s',
    async (path) => {
      await using anns = await open(path)
      await anns.page.getByRole('link', { name: 'Go to the home page' }).click()
      await anns.page.getByRole('link', { name: 'New page' }).waitFor()
      expect(new URL(anns.page.url()).pathname).toBe('/')
    },
  )
})
