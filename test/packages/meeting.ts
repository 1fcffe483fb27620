import { joinRoom, type Room } from '@whereabouts/client'
import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'

/** Two people join a room of a server, and see where the other one is. */
export async function meetInRoom(url: string): Promise<void> {
  const join = (name: string) => joinRoom({ url, room: 'budget', member: name, user: { name } })
  const rooms = [join('Ann'), join('Bob')]
  try {
    const [ann, bob] = rooms as [Room, Room]
    ann.move({ cell: 'A1' })
    bob.move({ cell: 'B1' })
    await expect.poll(() => seenBy(ann)).toEqual([['Bob', { cell: 'B1' }]])
    await expect.poll(() => seenBy(bob)).toEqual([['Ann', { cell: 'A1' }]])
  } finally {
    await Promise.all(rooms.map((room) => room.leave()))
  }
}

function seenBy(room: Room): unknown[] {
  return room.getSnapshot().others.map(({ user, location }) => [user.name, location])
}

/** Two people open the page of an example in windows of their own, and see where the other one is. */
export async function meetOnPage(browser: Browser, url: string): Promise<void> {
  const ann = await openWindow(browser, url, 'Ann')
  const bob = await openWindow(browser, url, 'Bob')
  await ann.click('#A1')
  await bob.click('#B1')
  await expect.poll(() => whoIsIn(ann, 'B1')).toBe('Bob')
  await expect.poll(() => whoIsIn(bob, 'A1')).toBe('Ann')
  await bob.close({ runBeforeUnload: true })
  // A bare EventSource says no goodbye, so its member stays for a lease.
  await expect.poll(() => whoIsIn(ann, 'B1'), { timeout: 30_000 }).toBeNull()
}

async function openWindow(browser: Browser, url: string, name: string): Promise<Page> {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(`${url}/?name=${name}`)
  await page.locator('#status', { hasText: 'online' }).waitFor()
  return page
}

function whoIsIn(page: Page, cell: string): Promise<string | null> {
  return page.locator(`#${cell}`).getAttribute('data-who')
}
