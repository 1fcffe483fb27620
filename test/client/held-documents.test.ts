import { joinRoom } from '@whereabouts/client'
import { RoomProvider } from '@whereabouts/client/yjs'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Doc } from 'yjs'
import { launchChromium } from '../chromium.js'
import { Application } from './application.js'
import { bundlePage } from './bundle.js'
import { ScriptedServer } from './scripted-server.js'

let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
}, 60_000)
afterAll(() => browser.close())

/** Another person in the room. */
async function writer(url: string): Promise<{ doc: Doc; leave: () => Promise<unknown> }> {
  const room = joinRoom({ url, room: 'budget' })
  const doc = new Doc()
  const provider = new RoomProvider(room, doc)
  if (!provider.synced) await new Promise((resolve) => provider.on('synced', resolve))
  return { doc, leave: () => provider.destroy().then(room.leave) }
}

describe.each([
  ['React', new URL('react-yjs-page.ts', import.meta.url)],
  ['Vue', new URL('vue-page.ts', import.meta.url)],
] as const)('a document in %s', (_, file) => {
  it('[CL113] is synced from the first stream on, and undo takes back the own edits', async () => {
    await using application = await Application.listen()
    await using pages = await ScriptedServer.listen(await bundlePage(file))
    const page = await browser.newPage()
    const streams: (string | null)[] = []
    page.on('request', (request) => {
      const url = new URL(request.url())
      if (url.pathname.endsWith('/events')) streams.push(url.searchParams.get('document'))
    })
    const bob = await writer(application.url)
    bob.doc.getText('body').insert(0, 'b')
    await page.goto(pages.url)
    await page.evaluate((url) => window.renderDocument(url), application.url)
    const shows = (id: string, what: string) =>
      page.locator(`#${id}`).getByText(what, { exact: true }).waitFor()
    await shows('text', 'b')
    await shows('saved', 'true')
    expect(await page.locator('#undo').isDisabled()).toBe(true)
    await page.locator('#write').click()
    await shows('text', 'xb')
    await shows('saved', 'true')
    await expect.poll(() => bob.doc.getText('body').toJSON()).toBe('xb')
    await page.locator('#undo').click()
    await shows('text', 'b')
    await expect.poll(() => bob.doc.getText('body').toJSON()).toBe('b')
    expect(await page.locator('#undo').isDisabled()).toBe(true)
    expect(streams).toEqual([null])
    await page.close()
    await bob.leave()
  })

  it('[YJ6] keeps its subdocuments in rooms of their own', async () => {
    await using application = await Application.listen()
    await using pages = await ScriptedServer.listen(await bundlePage(file))
    const page = await browser.newPage()
    const bob = await writer(application.url)
    const joined = page.waitForRequest((request) =>
      request.url().includes('/rooms/chapter.one/events'),
    )
    bob.doc.getMap('chapters').set('one', new Doc({ guid: 'one', autoLoad: true }))
    await page.goto(pages.url)
    await page.evaluate((url) => window.renderDocument(url), application.url)
    expect((await joined).method()).toBe('GET')
    await page.close()
    await bob.leave()
  })
})
