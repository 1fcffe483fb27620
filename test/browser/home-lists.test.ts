import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { claims, signHs } from '../auth/tokens.js'
import { launchChromium } from '../chromium.js'
import { type RunningServer, startServer } from '../servers/standalone.js'
import { atNight } from '../at-night.js'

const SECRET = 'a secret of at least thirty-two bytes'

let server: RunningServer
let browser: Browser
beforeAll(async () => {
  server = await startServer({}, 0, [], {
    WHEREABOUTS_AUTH: 'jwt',
    WHEREABOUTS_JWT_SECRET: SECRET,
    WHEREABOUTS_JWT_COOKIE: 'token',
    WHEREABOUTS_LINK_GIVES: 'nothing',
  })
  browser = await launchChromium()
})
afterAll(async () => {
  await browser.close()
  await server.stop()
})

/** Somebody with a browser of their own. */
interface Person extends AsyncDisposable {
  readonly page: Page
  /** Opens another, empty browser, in which they are signed in. */
  anew(): Promise<Person>
}

async function signIn(user: string): Promise<Person> {
  const context = await browser.newContext()
  const value = await signHs(SECRET, claims({ sub: user }))
  await context.addCookies([{ name: 'token', value, url: server.baseUrl, httpOnly: true }])
  return {
    page: await context.newPage(),
    anew: () => signIn(user),
    [Symbol.asyncDispose]: () => context.close(),
  }
}

/** Makes a document with a title, and waits until lists have it. */
async function make(page: Page, path: string, title: string): Promise<void> {
  const isSaid = page.waitForResponse(
    (response) =>
      response.url().endsWith('/document/title') && response.request().postData()!.includes(title),
  )
  await page.goto(`${server.baseUrl}${path}`)
  const field = page.getByRole('textbox', { name: 'Title', exact: true }).first()
  await expect.poll(() => field.isEditable()).toBe(true)
  await field.fill(title)
  await field.press('Enter')
  expect((await isSaid).status()).toBe(204)
}

async function share(page: Page, room: string, user: string): Promise<void> {
  const answered = await page.request.post(`${server.baseUrl}/rooms/${room}/access`, {
    data: { revision: await revisionOf(page, room), users: { [user]: { role: 'viewer' } } },
    headers: { origin: new URL(server.baseUrl).origin },
  })
  expect(answered.status()).toBe(200)
}

async function revisionOf(page: Page, room: string): Promise<number> {
  const answered = await page.request.get(`${server.baseUrl}/rooms/${room}/access`)
  const { access } = (await answered.json()) as { access: { revision: number } }
  return access.revision
}

const titles = (page: Page) => page.locator('.recent-title').allTextContents()

/** Opens Home, and one of its lists. */
function openList(page: Page, name: string): Promise<void> {
  return openListOf(page, name, name === 'Folders' ? undefined : name)
}

/** Opens a list of Home with that heading. */
async function openListOf(page: Page, name: string, heading: string | undefined): Promise<void> {
  await page.goto(server.baseUrl)
  await page.getByRole('button', { name, exact: true }).click()
  if (heading !== undefined) {
    await page.getByRole('heading', { name: heading, exact: true }).waitFor()
  }
}

it('[HM20] [HM21] two people find what they own, share and starred, in any browser', async () => {
  await using ann = await signIn('ann')
  await using bob = await signIn('bob')
  await make(ann.page, '/pages/minutes', 'Weekly minutes')
  await make(ann.page, '/pages/plan', 'Plan')
  await share(ann.page, 'minutes', 'bob')

  await using elsewhere = await ann.anew()
  const anns = elsewhere.page
  await anns.goto(server.baseUrl)
  // This browser has opened nothing, so Home begins with what the user owns.
  await expect.poll(() => titles(anns)).toEqual(['Weekly minutes', 'Plan'])
  await anns.getByRole('searchbox', { name: 'Search titles' }).fill('WEEK')
  await expect.poll(() => titles(anns)).toEqual(['Weekly minutes'])
  await anns.getByRole('searchbox').fill('nowhere')
  await anns.getByText('No title has this text.').waitFor()

  await openList(bob.page, 'My documents')
  await bob.page.getByText('You have no documents yet.').waitFor()
  await openList(bob.page, 'Shared with me')
  await expect.poll(() => titles(bob.page)).toEqual(['Weekly minutes'])
  const star = bob.page.getByRole('button', { name: 'Star Weekly minutes' })
  expect(await bob.page.getByRole('button', { name: 'to the trash' }).count()).toBe(0)
  const starred = bob.page.waitForResponse((response) => response.url().endsWith('/minutes/mark'))
  await star.click()
  await starred
  await expect.poll(() => star.getAttribute('aria-pressed')).toBe('true')
  await openList(bob.page, 'Starred')
  await expect.poll(() => titles(bob.page)).toEqual(['Weekly minutes'])
  await openList(bob.page, 'Shared with me')
  await bob.page.getByRole('button', { name: 'Remove Weekly minutes from this list' }).click()
  await expect.poll(() => titles(bob.page)).toEqual([])
  await bob.page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => titles(bob.page)).toEqual(['Weekly minutes'])

  const retitled = ann.page.waitForResponse((response) =>
    response.url().endsWith('/minutes/document/title'),
  )
  await ann.page.goto(`${server.baseUrl}/`)
  await ann.page.getByRole('button', { name: 'Rename Weekly minutes' }).click()
  await ann.page.getByRole('textbox', { name: 'Title of Weekly minutes' }).fill('Minutes')
  await ann.page.keyboard.press('Enter')
  expect((await retitled).status()).toBe(204)
  await openList(bob.page, 'Shared with me')
  await expect.poll(() => titles(bob.page)).toEqual(['Minutes'])
})

it('[HM20] a title that is being typed stays when the lists appear', async () => {
  await using eve = await signIn('eve')
  await make(eve.page, '/pages/agenda', 'Agenda')
  let send!: () => void
  const mayArrive = new Promise<void>((resolve) => void (send = resolve))
  await eve.page.route(/\/Lists-[^/]*\.js$/, async (route) => {
    await mayArrive
    await route.continue()
  })
  await eve.page.goto(server.baseUrl)
  await eve.page.getByRole('button', { name: 'Rename Agenda' }).click()
  const field = eve.page.getByRole('textbox', { name: 'Title of Agenda' })
  await field.fill('Agenda of May')
  send()
  await eve.page.getByRole('button', { name: 'My documents' }).waitFor()
  await expect.poll(() => field.inputValue()).toBe('Agenda of May')
  await field.press('Enter')
  await expect.poll(() => titles(eve.page)).toEqual(['Agenda of May'])
})

it('[HM20] what is in the trash is closed to others, and comes back as it was', async () => {
  await using cem = await signIn('cem')
  await using dora = await signIn('dora')
  await make(cem.page, '/pages/draft', 'Draft')
  await share(cem.page, 'draft', 'dora')
  await openList(cem.page, 'My documents')
  await cem.page.getByRole('button', { name: 'Move Draft to the trash' }).click()
  await cem.page.getByText('Moved Draft to the trash.').waitFor()
  await expect.poll(() => titles(cem.page)).toEqual([])
  await openList(dora.page, 'Shared with me')
  await dora.page.getByText('Nobody has shared').waitFor()
  await dora.page.goto(`${server.baseUrl}/pages/draft`)
  await dora.page.locator('.state-note[data-kind="neverIn"]').waitFor()

  await cem.page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => titles(cem.page)).toEqual(['Draft'])
  await openList(dora.page, 'Shared with me')
  await expect.poll(() => titles(dora.page)).toEqual(['Draft'])

  await cem.page.getByRole('button', { name: 'Move Draft to the trash' }).click()
  await expect.poll(() => titles(cem.page)).toEqual([])
  await cem.page.getByText('Moved Draft to the trash.').waitFor()
  await openList(cem.page, 'Trash')
  await cem.page.getByText('deleted for good after').waitFor()
  await cem.page.getByRole('button', { name: 'Restore Draft' }).click()
  await cem.page.getByText('The trash is empty.').waitFor()
  await cem.page.getByText('Restored Draft').waitFor()
  await openList(dora.page, 'Shared with me')
  await expect.poll(() => titles(dora.page)).toEqual(['Draft'])
})

atNight('[HM20] a document in the trash is deleted for good after a question', async () => {
  await using fay = await signIn('fay')
  const { page } = fay
  for (const title of ['First', 'Second']) {
    await make(page, `/pages/${title.toLowerCase()}`, title)
    await openList(page, 'My documents')
    await page.getByRole('button', { name: `Move ${title} to the trash` }).click()
    await page.getByText(`Moved ${title} to the trash.`).waitFor()
  }
  await openList(page, 'Trash')
  const first = page.getByRole('button', { name: 'Delete First for good' })
  const question = page.getByRole('alertdialog', { name: 'Delete First for good?' })
  await first.click()
  await question.getByRole('button', { name: 'Keep it' }).click()
  expect(await question.count()).toBe(0)
  await first.press('Enter')
  await page.keyboard.press('Escape')
  expect(await question.count()).toBe(0)
  await expect.poll(() => first.evaluate((button) => button === document.activeElement)).toBe(true)
  await first.click()
  await question.getByRole('button', { name: 'Delete for good' }).click()
  await page.getByText('Deleted First for good.').waitFor()
  await expect.poll(() => titles(page)).toEqual(['Second'])
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Second')
  const gone = await page.request.get(`${server.baseUrl}/rooms/first/document`)
  expect((await gone.body()).byteLength).toBe(2)
})

it('[OF108] the Enter that ends a composition makes no folder', async () => {
  await using mei = await signIn('mei')
  const { page } = mei
  await make(page, '/pages/poem', 'Poem')
  await openList(page, 'Folders')
  await page.getByRole('button', { name: 'New folder' }).press('Enter')
  const field = page.getByRole('textbox', { name: 'Name of the folder' })
  await field.focus()
  const keyboard = await page.context().newCDPSession(page)
  await keyboard.send('Input.imeSetComposition', {
    text: 'gong',
    selectionStart: 4,
    selectionEnd: 4,
  })
  await page.keyboard.press('Enter')
  await keyboard.send('Input.insertText', { text: '工作' })
  await expect.poll(() => field.inputValue()).toBe('工作')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: '工作', exact: true }).waitFor()
})

it('[HM46] [HM47] documents are kept in folders, by keyboard', async () => {
  await using hana = await signIn('hana')
  const { page } = hana
  await make(page, '/pages/letter', 'Letter')
  await make(page, '/pages/song', 'Song')
  await openList(page, 'Folders')
  await page.getByText('You have no folders yet.').waitFor()

  const addFolder = async (name: string) => {
    await page.getByRole('button', { name: 'New folder' }).press('Enter')
    await page.getByRole('textbox', { name: 'Name of the folder' }).fill(name)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name, exact: true }).waitFor()
  }
  await page.getByRole('button', { name: 'New folder' }).press('Enter')
  await page.keyboard.press('Escape')
  expect(await page.getByRole('textbox', { name: 'Name of the folder' }).count()).toBe(0)
  const focused = () => page.evaluate(() => document.activeElement?.textContent)
  await expect.poll(() => focused()).toBe('New folder')
  await addFolder('Work')
  await page.getByText('This folder is empty.').waitFor()

  await openList(page, 'My documents')
  const move = page.getByRole('button', { name: 'Move Letter to a folder' })
  await move.press('Enter')
  const choice = page.getByRole('combobox', { name: 'Folder' })
  await expect.poll(() => choice.evaluate((field) => field === document.activeElement)).toBe(true)
  await page.keyboard.press('Escape')
  await expect.poll(() => move.evaluate((button) => button === document.activeElement)).toBe(true)
  await move.press('Enter')
  await choice.selectOption('Work')
  await page.getByRole('button', { name: 'Move', exact: true }).press('Enter')
  await page.getByText('Moved Letter to Work.').waitFor()
  await page.getByRole('listitem').filter({ hasText: 'Letter' }).getByText('· Work').waitFor()
  await page.getByRole('button', { name: 'Move Song to a folder' }).press('Enter')
  await choice.selectOption('New folder')
  await page.getByRole('textbox', { name: 'Name of the folder' }).fill('<b>工作</b>')
  await page.keyboard.press('Enter')
  await page.getByText('Moved Song to <b>工作</b>.').waitFor()

  await using elsewhere = await hana.anew()
  const other = elsewhere.page
  await openListOf(other, 'Folders', '<b>工作</b>')
  await expect.poll(() => titles(other)).toEqual(['Song'])
  await other.getByRole('button', { name: 'Work', exact: true }).press('Enter')
  await expect.poll(() => titles(other)).toEqual(['Letter'])
  await other.getByRole('searchbox').fill('nothing')
  await other.getByText('No title has this text.').waitFor()
  await other.getByRole('button', { name: 'Rename the folder Work' }).press('Enter')
  await other.getByRole('textbox', { name: 'Name of the folder' }).fill('Clients')
  await other.keyboard.press('Enter')
  await other.getByRole('heading', { name: 'Clients', exact: true }).waitFor()

  await openListOf(page, 'Folders', '<b>工作</b>')
  await page.getByRole('button', { name: 'Rename the folder <b>' }).press('Enter')
  const folderName = page.getByRole('textbox', { name: 'Name of the folder' })
  await folderName.waitFor()
  // What is asked about one folder isn't asked about another one.
  await page.getByRole('button', { name: 'Clients' }).first().click()
  await folderName.waitFor({ state: 'detached' })
  await expect.poll(() => titles(page)).toEqual(['Letter'])
  await page.getByRole('button', { name: 'Move Letter to a folder' }).press('Enter')
  await choice.selectOption('No folder')
  await page.getByRole('button', { name: 'Move', exact: true }).press('Enter')
  await page.getByText('Took Letter out of its folder.').waitFor()
  await page.getByText('This folder is empty.').waitFor()
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.getAttribute('type')))
    .toBe('search')
  await page.getByRole('button', { name: /^<b>/ }).click()
  const question = page.getByRole('alertdialog')
  const remove = page.getByRole('button', { name: 'Remove the folder <b>' })
  await remove.press('Enter')
  await page.keyboard.press('Escape')
  expect(await question.count()).toBe(0)
  await remove.press('Enter')
  await question.getByRole('button', { name: 'Remove the folder' }).press('Enter')
  await page.getByRole('heading', { name: 'Clients', exact: true }).waitFor()
  await expect.poll(() => focused()).toBe('New folder')
  await openList(page, 'My documents')
  await expect.poll(async () => (await titles(page)).toSorted()).toEqual(['Letter', 'Song'])
  expect(await page.getByText('·').count()).toBe(0)
})

it('[OF97] a list that can’t be read is there once it can, without a press', async () => {
  await using gil = await signIn('gil')
  await make(gil.page, '/pages/later', 'Later')
  await openList(gil.page, 'My documents')
  await gil.page.context().setOffline(true)
  await gil.page.getByRole('button', { name: 'Starred', exact: true }).click()
  const failure = gil.page.getByText('The server can’t be reached')
  await failure.waitFor()
  await gil.page.context().setOffline(false)
  await failure.waitFor({ state: 'detached' })
  await gil.page.getByText('You have starred no documents yet.').waitFor()
})

it('[HM20] without users, Home is what the browser has opened', async () => {
  const open = await startServer({})
  const context = await browser.newContext()
  const page = await context.newPage()
  const asked: string[] = []
  page.on('request', (request) => void asked.push(request.url()))
  await page.goto(open.baseUrl)
  await page.getByText('Nothing here yet').waitFor()
  expect(await page.getByRole('button', { name: 'My documents' }).count()).toBe(0)
  expect(asked.filter((url) => url.includes('/rooms/mine') || url.includes('Lists'))).toEqual([])
  await context.close()
  await open.stop()
})
