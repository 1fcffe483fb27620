import { describe, expect, it } from 'vitest'
import { TestRoom } from 'whereabouts-conformance/room'
import { atNight } from '../at-night.js'
import { hold } from './hold.js'
import { Line } from './line.js'
import { ann, bob, Pages } from './pages.js'

/** Short, so that the test is; a promise is 1.8 times as long. */
const CONFIRM_MS = 2_000
const pages = new Pages({ confirmMs: CONFIRM_MS, leaseMs: 3_000 })

describe('a window that hears nothing', { timeout: 120_000 }, () => {
  atNight('[OF89] shows nobody as here after a while, until it hears from them again', async () => {
    const name = pages.newRoom()
    await using line = await Line.to(pages.baseUrl)
    await using bobs = await pages.open(name, bob)
    await using window = await pages.open(name, ann, line)
    const avatar = window.avatar('Bob')
    await expect.poll(() => avatar.getAttribute('data-status')).toBe('online')
    await bobs.text.click()
    await bobs.page.keyboard.type('x')
    await window.caret('Bob').waitFor()
    line.cut()
    await expect
      .poll(() => avatar.getAttribute('title'), { timeout: 60_000 })
      .toMatch(/: Reconnecting…$/)
    await expect.poll(() => avatar.getAttribute('data-status')).toBe('away')
    await window.caret('Bob').waitFor({ state: 'detached' })
    line.mend()
    await expect.poll(() => avatar.getAttribute('data-status'), { timeout: 30_000 }).toBe('online')
    await window.caret('Bob').waitFor()
    expect(await avatar.getAttribute('title')).not.toContain('Reconnecting')
    expect(bobs.complaints).toEqual([])
  })

  it('[OF96] moves nothing on a phone when it says that edits are not saved', async () => {
    await using line = await Line.to(pages.baseUrl)
    await using window = await pages.open(pages.newRoom(), ann, line)
    await window.page.setViewportSize({ width: 390, height: 760 })
    await window.text.click()
    await window.page.keyboard.type('Some text')
    await window.untilSaved()
    // The menus come later, as one button on a phone, and have their place in the bar.
    await window.page.locator('button.menu-top').waitFor()
    const place = () => window.text.boundingBox()
    const before = await place()
    line.cut()
    await window.page.keyboard.type(' more')
    await window.page.getByText('Not saved yet, kept in this browser').waitFor()
    await window.status.filter({ hasText: 'Reconnecting' }).waitFor()
    expect((await place())?.y).toBe(before?.y)
  })

  it('[OF116] moves no button of the bar, also while parts of it are still coming', async () => {
    const name = pages.newRoom()
    await using line = await Line.to(pages.baseUrl)
    const context = await pages.browser.newContext()
    const load = await hold(context, /MenuBar-[^/]*\.js$/)
    const { baseUrl } = line
    await using window = await pages.open(name, ann, { baseUrl, context })
    const { page } = window
    const share = page.getByRole('button', { name: 'Share', exact: true })
    const before = await share.boundingBox()
    expect(await page.locator('.menus').count()).toBe(0)
    load()
    await page.getByRole('button', { name: 'History', exact: true }).waitFor()
    await page.getByRole('button', { name: /^Comments/ }).waitFor()
    await using _bobs = await pages.open(name, bob)
    await window.avatar('Bob').waitFor()
    expect(await share.boundingBox()).toEqual(before)
    line.cut()
    await window.text.click()
    await page.keyboard.type('Some text')
    await page.getByText('Not saved yet, kept in this browser').waitFor()
    expect(await share.boundingBox()).toEqual(before)
  })
})

describe('a window whose network drops everything', { timeout: 120_000 }, () => {
  it('[CO2 CL68 CL71] is away and then gone for others, doesn’t say that it is live, and comes back', async () => {
    const name = pages.newRoom()
    await using line = await Line.to(pages.baseUrl)
    await using watcher = await new TestRoom(pages.baseUrl, name).watch()
    await using window = await pages.open(name, ann, line)
    await expect.poll(() => window.status.textContent(), { timeout: 30_000 }).toBe('Live')
    const { members } = await watcher.until('the join', (state) => state.members.size === 1)
    const [id] = members.keys()
    const statusOf = () => watcher.state.members.get(id!)?.status
    // Idle for some promises: nobody sees anything of the confirmations.
    await watcher.quiet(0)
    await new Promise((resolve) => setTimeout(resolve, 4 * CONFIRM_MS))
    expect(statusOf()).toBe('online')
    expect(watcher.patches.flatMap(({ status }) => Object.keys(status ?? {}))).toEqual([])
    line.lose()
    await watcher.until('away', () => statusOf() === 'away')
    await watcher.until('gone', () => statusOf() === undefined)
    await expect.poll(() => window.status.textContent(), { timeout: 20_000 }).toBe('Reconnecting…')
    line.mend()
    await expect.poll(() => window.status.textContent(), { timeout: 30_000 }).toBe('Live')
    await watcher.until('back', () => statusOf() === 'online')
  })
})
