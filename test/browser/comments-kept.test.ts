import { describe, expect, it } from 'vitest'
import { atNight } from '../at-night.js'
import {
  button,
  comment,
  focused,
  marks,
  news,
  panel,
  select,
  threads,
  writePage,
} from './discussion.js'
import { GuardedOffice, READER, WRITER } from './guarded-office.js'
import { fetchDocument, postDocument, type OfficeWindow } from './office-window.js'
import { addBlock, ann, bob, Pages, press, reads, untilInText } from './pages.js'

const pages = new Pages()
const office = new GuardedOffice()

const field = (window: OfficeWindow, name: string) => panel(window).getByRole('textbox', { name })
const saving = ({ page }: OfficeWindow) => page.locator('.saving').getAttribute('data-saving')

async function written(): Promise<string> {
  const room = pages.newRoom()
  await postDocument(pages.baseUrl, room, writePage)
  return room
}

async function both(room: string): Promise<[OfficeWindow, OfficeWindow]> {
  const windows = await Promise.all([pages.open(room, ann), pages.open(room, bob)])
  for (const window of windows) await button(window).waitFor()
  return windows
}

/** The values of the comments on a page, as they are stored. */
async function stored(room: string, baseUrl = pages.baseUrl): Promise<Record<string, unknown>> {
  return (await fetchDocument(baseUrl, `comments~${room}`)).getMap('comments').toJSON()
}

const authorsIn = async (room: string, baseUrl?: string) =>
  Object.values(await stored(room, baseUrl)).flatMap((value) => {
    const { author } = value as { readonly author?: { readonly id: string; readonly name: string } }
    return author ?? []
  })

/** Keeps a window from the server, but not from the application. */
async function cutOff({ page }: OfficeWindow): Promise<void> {
  await page.route(/\/(?:rooms\/|session)/, (route) => route.abort())
}

/** Cuts what is selected, or pastes it again, as the keys do. */
async function clipboard(window: OfficeWindow, type: 'cut' | 'paste'): Promise<void> {
  await press(window, type === 'cut' ? 'Control+x' : 'Control+v')
}

/** What is done within half a second is one step of undo. */
const untilNextStep = ({ page }: OfficeWindow) => page.waitForTimeout(600)

describe('a thread', () => {
  atNight(
    '[PG90] is at its text in every window after an undo, also when they are loaded again',
    async () => {
      const room = await written()
      const [anns, bobs] = await both(room)
      await using _ann = anns
      await using _bob = bobs
      await comment(anns, 'the rent', 'Is this right?')
      await expect.poll(() => marks(bobs).allTextContents()).toEqual(['the rent'])
      await anns.text.getByText('in advance').click({ clickCount: 3 })
      await press(anns, 'Delete')
      await expect.poll(() => marks(bobs).count()).toBe(0)
      await press(anns, 'Control+z')
      await expect.poll(() => marks(bobs).allTextContents()).toEqual(['the rent'])
      await press(anns, 'Control+Shift+z')
      await expect.poll(() => marks(bobs).count()).toBe(0)
      await press(anns, 'Control+z')
      await expect.poll(() => marks(bobs).allTextContents()).toEqual(['the rent'])
      await anns.page.reload()
      await anns.untilOpen()
      await expect.poll(() => marks(anns).allTextContents()).toEqual(['the rent'])
      expect([...anns.complaints, ...bobs.complaints]).toEqual([])
    },
  )

  it('[PG91] stays with blocks that are moved by keys or dragged, and with what undo brings back', async () => {
    const room = await written()
    const [anns, bobs] = await both(room)
    await using _ann = anns
    await using _bob = bobs
    await comment(anns, 'the rent', 'one')
    await comment(anns, 'Nothing', 'two')
    const shows = async (window: OfficeWindow, words: readonly string[]) =>
      expect.poll(() => marks(window).allTextContents()).toEqual(words)
    await anns.text.getByText('in advance').click()
    await press(anns, 'Alt+Shift+ArrowDown')
    await reads(bobs, /Budget\nNothing.*\nWe pay/)
    for (const window of [anns, bobs]) await shows(window, ['Nothing', 'the rent'])
    await press(anns, 'Control+z')
    await reads(bobs, /Budget\nWe pay.*\nNothing/)
    for (const window of [anns, bobs]) await shows(window, ['the rent', 'Nothing'])
    await press(anns, 'Control+Shift+z')
    for (const window of [anns, bobs]) await shows(window, ['Nothing', 'the rent'])
    await anns.text.getByText('in advance').hover()
    const handle = anns.page.locator('.block-handle')
    await handle.waitFor()
    await handle.dragTo(anns.text.getByText('Budget'), { targetPosition: { x: 4, y: 2 } })
    await reads(bobs, /We pay.*\n(?:Budget|Nothing)/)
    for (const window of [anns, bobs]) await shows(window, ['the rent', 'Nothing'])
    expect([...anns.complaints, ...bobs.complaints]).toEqual([])
  })

  it('[PG91] stays with text that is cut and pasted, and is at none of its copies', async () => {
    const room = await written()
    const [anns, bobs] = await both(room)
    await using _ann = anns
    await using _bob = bobs
    await comment(anns, 'the rent', 'one')
    await select(anns, 'pay the rent in')
    await clipboard(anns, 'cut')
    await threads(anns).filter({ hasText: 'Its text was deleted' }).waitFor()
    await anns.text.getByText('Nothing else').click()
    await press(anns, 'End')
    await untilNextStep(anns)
    await clipboard(anns, 'paste')
    for (const window of [anns, bobs])
      await expect.poll(() => marks(window).allTextContents()).toEqual(['the rent'])
    await reads(bobs, /planned\.pay the rent in/)
    await untilNextStep(anns)
    await clipboard(anns, 'paste')
    await reads(bobs, /inpay the rent in/)
    await expect.poll(() => marks(anns).allTextContents()).toEqual(['the rent'])
    for (const _step of [1, 2]) await press(anns, 'Control+z')
    await expect.poll(() => marks(bobs).count()).toBe(0)
    await press(anns, 'Control+z')
    await reads(bobs, /We pay the rent in advance/)
    for (const window of [anns, bobs])
      await expect.poll(() => marks(window).allTextContents()).toEqual(['the rent'])
    expect([...anns.complaints, ...bobs.complaints]).toEqual([])
  })

  it('[PG101] is reached where several are, by mouse and by keys', async () => {
    const room = await written()
    await using anns = await pages.open(room, ann)
    await button(anns).waitFor()
    await comment(anns, 'pay the rent in', 'the wide one')
    await comment(anns, 'rent', 'the narrow one')
    const current = () => panel(anns).locator('article.current').textContent()
    const inner = anns.text.getByText('rent', { exact: true })
    await inner.click()
    await expect.poll(current).toContain('the wide one')
    // Two clicks at once would select the word.
    await anns.text.getByText('Budget').click()
    await inner.click()
    await expect.poll(current).toContain('the narrow one')
    await press(anns, 'Control+Alt+m')
    await expect.poll(current).toContain('the wide one')
    await expect.poll(() => focused(anns)).toBe('Comments on “pay the rent in”')
    // And back to its text.
    await press(anns, 'Control+Alt+m')
    await expect
      .poll(() => anns.page.evaluate(() => getSelection()!.toString()))
      .toBe('pay the rent in')
    expect(anns.complaints).toEqual([])
  })

  it('[PG72] is shown in its own list', async () => {
    const room = await written()
    await using anns = await pages.open(room, ann)
    await button(anns).waitFor()
    await comment(anns, 'the rent', 'one')
    await comment(anns, 'Nothing', 'two')
    await panel(anns).getByRole('button', { name: 'Resolved (0)' }).click()
    await marks(anns).first().click()
    await expect.poll(() => panel(anns).locator('article.current').textContent()).toContain('one')
    await panel(anns).getByRole('button', { name: 'Open (2)', pressed: true }).waitFor()
  })
})

describe('a draft', () => {
  it('[PG93] is there after the panel was closed, the window loaded again, and the thread resolved or deleted', async () => {
    const room = await written()
    const [anns, bobs] = await both(room)
    await using _ann = anns
    await using _bob = bobs
    await comment(anns, 'the rent', 'first')
    await marks(bobs).click()
    await field(bobs, 'Reply').fill('half a reply')
    await press(bobs, 'Escape')
    await panel(bobs).waitFor({ state: 'detached' })
    await expect
      .poll(() => button(bobs).getAttribute('aria-label'))
      .toBe('Comments, 1 open, 1 not sent')
    await untilInText(bobs)
    await select(bobs, 'Nothing')
    await press(bobs, 'Control+Alt+m')
    await field(bobs, 'New comment').fill('half a comment')
    await bobs.page.reload()
    await bobs.untilOpen()
    await button(bobs).click()
    await expect.poll(() => field(bobs, 'New comment').inputValue()).toBe('half a comment')
    await expect.poll(() => field(bobs, 'Reply').inputValue()).toBe('half a reply')
    // Another one can't take its place.
    await select(bobs, 'Budget')
    await press(bobs, 'Control+Alt+m')
    await bobs.notice.getByText('isn’t sent').waitFor()
    await threads(anns).getByRole('button', { name: 'Resolve' }).click()
    await threads(bobs).filter({ hasText: 'Resolved by Ann' }).waitFor()
    await expect.poll(() => field(bobs, 'Reply').inputValue()).toBe('half a reply')
    await panel(anns).getByRole('button', { name: 'Resolved (1)' }).click()
    await threads(anns).getByRole('button', { name: 'Delete' }).click()
    await threads(anns).getByRole('button', { name: 'Delete' }).click()
    const orphan = panel(bobs).getByRole('region', { name: 'Not sent' })
    await orphan.getByText('half a reply').waitFor()
    await orphan.getByRole('button', { name: 'Discard' }).click()
    await field(bobs, 'New comment').press('Control+Enter')
    await threads(anns).count()
    await panel(anns).getByRole('button', { name: 'Open (1)' }).click()
    await threads(anns).filter({ hasText: 'half a comment' }).waitFor()
    await expect.poll(() => button(bobs).getAttribute('aria-label')).toBe('Comments, 1 open')
    expect([...anns.complaints, ...bobs.complaints]).toEqual([])
  })
})

describe('who wrote', () => {
  atNight(
    '[PG92] is whoever chose a name, who is asked for it, and has another id in each page',
    async () => {
      const context = await pages.browser.newContext()
      await using anns = await pages.open(await written(), ann)
      const person = { ...ann, name: 'Guest 7', isSuggested: true }
      const rooms = [await written(), await written()]
      const { baseUrl } = pages
      const { OfficeWindow: Window } = await import('./office-window.js')
      const open = (room: string, who: typeof ann) =>
        Window.open(pages.browser, { baseUrl, path: `/pages/${room}`, person: who, context })
      await using first = await open(rooms[0]!, person)
      await first.untilOpen()
      await button(first).waitFor()
      await select(first, 'Nothing')
      await press(first, 'Control+Alt+m')
      await field(first, 'New comment').fill('from whom?')
      await press(first, 'Control+Enter')
      await panel(first).getByText('Enter the name').waitFor()
      expect(await focused(first)).toBeNull()
      await first.page.keyboard.type('Zoë')
      await panel(first).getByRole('button', { name: 'Comment', exact: true }).click()
      await threads(first).filter({ hasText: 'Zoë' }).waitFor()
      await first.avatar('Zoë').count()
      await expect.poll(() => authorsIn(rooms[0]!)).toMatchObject([{ name: 'Zoë' }])
      await first.page.goto(`${baseUrl}/pages/${rooms[1]!}`)
      await first.page.evaluate(
        (saved) => localStorage.setItem('whereabouts:person', saved),
        JSON.stringify({ ...ann, name: 'Zoë' }),
      )
      await first.untilOpen()
      await comment(first, 'Nothing', 'again')
      await expect.poll(() => authorsIn(rooms[1]!)).toMatchObject([{ name: 'Zoë' }])
      const [one, other] = await Promise.all(rooms.map((room) => authorsIn(room)))
      expect(one![0]!.id).not.toBe(other![0]!.id)
      expect(anns.complaints).toEqual([])
    },
  )

  it('[PG92 PG95 PG96] is the user, and viewers have no field, in windows that open without the server', async () => {
    const room = office.newRoom()
    await postDocument(office.baseUrl, room, writePage)
    await office.allow('ann', [...WRITER, 'comment'])
    await office.allow('bob', READER)
    await office.allow('robot', [...WRITER, 'comment'])
    await using anns = await office.page(room, 'ann')
    await using bobs = await office.page(room, 'bob')
    await button(anns).waitFor()
    // What this browser knows of the person isn't what the server knows of the user.
    for (const window of [anns, bobs]) {
      await cutOff(window)
      await window.page.addInitScript(() =>
        localStorage.setItem(
          'whereabouts:person',
          JSON.stringify({ name: 'Somebody', color: '#e11d48' }),
        ),
      )
      await window.page.reload()
      await window.untilOpen()
    }
    await comment(anns, 'the rent', 'without the server')
    await threads(anns).filter({ hasText: 'Ann' }).waitFor()
    await expect.poll(() => saving(anns)).toBe('kept')
    await panel(anns).getByText('Not saved yet').waitFor()
    await select(bobs, 'Nothing')
    await press(bobs, 'Control+Alt+m')
    expect(await button(bobs).count()).toBe(0)
    expect(await bobs.page.getByRole('button', { name: 'Comment', exact: true }).count()).toBe(0)
    await anns.page.unroute(/\/(?:rooms\/|session)/)
    await expect
      .poll(() => authorsIn(room, office.baseUrl), { timeout: 20_000 })
      .toEqual([{ id: 'ann', name: 'Ann' }])
    await expect.poll(() => saving(anns)).toBe('saved')
  })
})

describe('the panel', () => {
  it('[PG96] has comments that aren’t saved said in the bar', async () => {
    const room = await written()
    await using anns = await pages.open(room, ann)
    await button(anns).waitFor()
    await anns.page.route(/\/rooms\/comments~/, (route) =>
      route.request().method() === 'POST' ? route.abort() : route.fallback(),
    )
    await comment(anns, 'the rent', 'on its way')
    await expect.poll(() => saving(anns)).not.toBe('saved')
    expect(['saving', 'kept', 'unkept']).toContain(await saving(anns))
    await anns.page.unroute(/\/rooms\/comments~/)
    await expect.poll(() => saving(anns), { timeout: 20_000 }).toBe('saved')
  })

  it('[PG98] fails alone', async () => {
    const room = await written()
    await using anns = await pages.open(room, ann)
    await button(anns).waitFor()
    await comment(anns, 'the rent', 'one')
    await anns.untilSaved()
    await anns.page.reload()
    await anns.untilOpen()
    await expect.poll(() => marks(anns).count()).toBe(1)
    await anns.page.evaluate(() => {
      Intl.DateTimeFormat = null as unknown as typeof Intl.DateTimeFormat
    })
    await button(anns).click()
    await anns.page.getByText('Comments can’t be shown now.').waitFor()
    await anns.text.getByText('Budget').click()
    await press(anns, 'End')
    await anns.page.keyboard.type(' 2027')
    await reads(anns, /Budget 2027/)
    await anns.untilSaved()
    expect(anns.complaints.join()).toContain('DateTimeFormat')
  })

  it('[PG103] says that comments are in a newer format, and takes none', async () => {
    const room = await written()
    await postDocument(pages.baseUrl, `comments~${room}`, (doc) =>
      doc.getMap('about').set('format', 2),
    )
    await using anns = await pages.open(room, ann)
    await button(anns).click()
    await panel(anns).getByText('They come from a newer version').waitFor()
    expect(await panel(anns).getByText('No open comments').count()).toBe(0)
    await select(anns, 'Nothing')
    await press(anns, 'Control+Alt+m')
    await anns.notice.getByText('newer version').waitFor()
    expect(await panel(anns).getByRole('textbox').count()).toBe(0)
    expect(await news(anns).textContent()).toBe('')
  })

  it('[PG97] has only what is new read aloud', async () => {
    const room = await written()
    const [anns, bobs] = await both(room)
    await using _ann = anns
    await using _bob = bobs
    await comment(anns, 'the rent', 'old')
    await expect.poll(() => news(bobs).textContent()).toContain('old')
    await bobs.page.goto('about:blank')
    await comment(anns, 'Nothing', 'while away')
    await expect.poll(async () => JSON.stringify(await stored(room))).toContain('while away')
    await bobs.page.goto(`${pages.baseUrl}/pages/${room}`)
    await bobs.untilOpen()
    await expect.poll(() => marks(bobs).count()).toBe(2)
    await comment(anns, 'Budget', 'new')
    await expect.poll(() => news(bobs).textContent()).toBe('Ann commented: new')
  })

  it('[PG99] says how many characters are left, and that a thread is full', async () => {
    const room = await written()
    await using anns = await pages.open(room, ann)
    await button(anns).waitFor()
    await select(anns, 'the rent')
    await press(anns, 'Control+Alt+m')
    const begins = field(anns, 'New comment')
    await begins.fill('字'.repeat(3_990))
    await panel(anns).getByText('10 characters left.').waitFor()
    await begins.fill('字'.repeat(4_001))
    await panel(anns).getByText('1 character too many.').waitFor()
    const send = panel(anns).getByRole('button', { name: 'Comment', exact: true })
    await expect.poll(() => send.isDisabled()).toBe(true)
    await press(anns, 'Control+Enter')
    await begins.fill('ok')
    await press(anns, 'Control+Enter')
    await threads(anns).filter({ hasText: 'ok' }).waitFor()
    await expect.poll(async () => JSON.stringify(await stored(room))).toContain('"ok"')
    const [thread] = Object.keys(await stored(room))
    await postDocument(pages.baseUrl, `comments~${room}`, (doc) => {
      const map = doc.getMap('comments')
      for (let at = 0; at < 200; at += 1) {
        map.set(`reply${1_000 + at}`, { author: { id: 'x', name: 'X' }, atMs: at, thread })
        map.set(`reply${1_000 + at}/text`, { text: `reply ${at}` })
      }
    })
    await threads(anns).getByText('There can be no more replies').waitFor()
    expect(await field(anns, 'Reply').count()).toBe(0)
  })

  it('[PG104] doesn’t say of comments that aren’t loaded that there are none, or that their text is deleted', async () => {
    const room = await written()
    await using bobs = await pages.open(room, bob)
    await button(bobs).waitFor()
    await comment(bobs, 'Nothing', 'on new text')
    await bobs.untilSaved()
    await using anns = await pages.visit(pages.newRoom(), ann)
    await anns.untilOpen()
    await anns.page.route(/\/rooms\/comments~/, (route) => route.abort())
    await anns.page.goto(`${pages.baseUrl}/pages/${room}`)
    await anns.untilOpen()
    await button(anns).click()
    await panel(anns).getByText('Loading comments…').waitFor()
    expect(await panel(anns).getByText('No open comments').count()).toBe(0)
    await anns.page.unroute(/\/rooms\/comments~/)
    await threads(anns).filter({ hasText: 'on new text' }).waitFor({ timeout: 20_000 })
    expect(await panel(anns).getByText('was deleted').count()).toBe(0)
  })

  it('[PG94] keeps the focus, goes from thread to thread by keys, and leaves those of an input method alone', async () => {
    const room = await written()
    await using anns = await pages.open(room, ann)
    await button(anns).waitFor()
    await comment(anns, 'the rent', 'one')
    await comment(anns, 'Nothing', 'two')
    await expect.poll(() => focused(anns)).toBe('Comments on “Nothing”')
    await press(anns, 'Alt+ArrowDown')
    await expect.poll(() => focused(anns)).toBe('Comments on “the rent”')
    await press(anns, 'Alt+ArrowUp')
    await expect.poll(() => focused(anns)).toBe('Comments on “Nothing”')
    await press(anns, 'Alt+ArrowUp')
    const one = threads(anns).filter({ hasText: 'one' })
    await one.getByRole('button', { name: 'Resolve' }).press('Enter')
    await expect.poll(() => focused(anns)).toBe('Comments on “Nothing”')
    await field(anns, 'Reply').focus()
    const composed = (type: string, init: object) =>
      field(anns, 'Reply').evaluate(
        (element, [name, fields]) =>
          element.dispatchEvent(new KeyboardEvent(name, { bubbles: true, ...fields })),
        [type, init] as const,
      )
    await composed('keydown', { key: 'Escape', isComposing: true })
    await composed('keydown', { key: 'Escape', keyCode: 229 })
    await composed('keydown', { key: 'Enter', ctrlKey: true, isComposing: true })
    await expect.poll(() => field(anns, 'Reply').count()).toBe(1)
    await panel(anns).getByRole('button', { name: 'Close comments' }).press('Enter')
    await expect
      .poll(() => anns.text.evaluate((text) => text === document.activeElement))
      .toBe(true)
  })

  it('[PG70] puts the caret after a name, also a second time, and sends while names are offered', async () => {
    const room = await written()
    const [anns, bobs] = await both(room)
    await using _ann = anns
    await using _bob = bobs
    await select(anns, 'the rent')
    await press(anns, 'Control+Alt+m')
    const begins = field(anns, 'New comment')
    await begins.waitFor()
    await anns.page.keyboard.type(' because')
    for (const sign of ['@', '＠']) {
      await press(anns, 'Home')
      await anns.page.keyboard.insertText(`${sign}b`)
      await panel(anns).getByRole('option', { name: 'Bob' }).waitFor()
      await press(anns, 'Enter')
      await anns.page.keyboard.type('!')
    }
    await expect.poll(() => begins.inputValue()).toBe('@Bob !@Bob ! because')
    await press(anns, 'End')
    await anns.page.keyboard.type(' @b')
    await panel(anns).getByRole('option', { name: 'Bob' }).waitFor()
    await press(anns, 'Control+Enter')
    await threads(anns).filter({ hasText: '@Bob !@Bob ! because @b' }).waitFor()
    await expect.poll(() => news(bobs).textContent()).toContain('Ann mentioned you')
  })
})

atNight('[PG91] a block with a thread moves into and out of its place among others', async () => {
  const room = pages.newRoom()
  await postDocument(pages.baseUrl, room, (doc) => {
    for (const line of ['alpha', 'beta', 'beta', 'gamma']) addBlock(doc, line)
  })
  await using anns = await pages.open(room, ann)
  await button(anns).waitFor()
  await comment(anns, 'gamma', 'g')
  await anns.text.getByText('gamma').click()
  for (const _step of [1, 2, 3]) await press(anns, 'Alt+Shift+ArrowUp')
  await reads(anns, /^gamma\nalpha\nbeta\nbeta$/)
  await expect.poll(() => marks(anns).allTextContents()).toEqual(['gamma'])
  await anns.untilSaved()
  await anns.page.reload()
  await anns.untilOpen()
  await expect.poll(() => marks(anns).allTextContents()).toEqual(['gamma'])
})
