import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { launchChromium } from '../chromium.js'
import { Lesson } from './lesson.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

// Long enough for a restart of the server and a retry of the client.
const SOON = { timeout: 30_000 }

/** Opens the tutorial's page in a new window, as a new user. */
async function openWindow(browser: Browser, port: number, name: string): Promise<Page> {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(`http://localhost:${port}/?name=${name}`)
  await page.locator('#status', { hasText: 'online' }).waitFor()
  return page
}

const whoIsIn = (page: Page, cell: string) => page.locator(`#${cell}`).getAttribute('data-who')

it('the tutorial works as written, from an empty folder to two windows', async () => {
  await using lesson = await Lesson.open('docs/tutorial.md')
  await lesson.follow()

  await using browser = await launchChromium()
  const ann = await openWindow(browser, lesson.port, 'Ann')
  const bob = await openWindow(browser, lesson.port, 'Bob')
  await ann.click('#B2')
  await bob.click('#C3')
  await expect.poll(() => whoIsIn(bob, 'B2')).toBe('Ann')
  await expect.poll(() => whoIsIn(ann, 'C3')).toBe('Bob')

  await lesson.restart('server', 'Nest application successfully started')
  for (const window of [ann, bob]) {
    await expect.poll(() => window.locator('#status').textContent(), SOON).toBe('online')
  }
  await expect.poll(() => whoIsIn(bob, 'B2'), SOON).toBe('Ann')
  await expect.poll(() => whoIsIn(ann, 'C3'), SOON).toBe('Bob')

  await bob.close({ runBeforeUnload: true })
  await expect.poll(() => whoIsIn(ann, 'C3')).toBeNull()
})

it('the tutorial ends with what is in examples/article', async () => {
  const page = await readFile(join(ROOT, 'docs/tutorial.md'), 'utf8')
  const blocks = page.matchAll(/^```\w+ title="([^"]+)"\n([^]*?)^```$/gm)
  // Of a file that is written several times, the last one counts.
  const files = new Map([...blocks].map(([, title = '', code = '']) => [title, code]))
  // The tutorial deletes it.
  files.delete('src/location.controller.ts')
  expect([...files.keys()].toSorted()).toEqual([
    'public/index.html',
    'src/main.ts',
    'tsconfig.json',
  ])
  for (const [title, code] of files) {
    expect(await readFile(join(ROOT, 'examples/article', title), 'utf8')).toBe(code)
  }
})
