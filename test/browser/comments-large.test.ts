import { expect, it } from 'vitest'
import { createRelativePositionFromTypeIndex, relativePositionToJSON, type Doc } from 'yjs'
import { button, marks, panel } from './discussion.js'
import { fetchDocument, postDocument, type OfficeWindow } from './office-window.js'
import { addBlock, ann, Pages, reads } from './pages.js'

const THREADS = 500
const CHARACTERS = 100
// A task is long from 50 ms on; those of a busy machine, and of the page itself, are up to twice as long.
const LONG_MS = 100

const pages = new Pages()

/** Writes a paragraph for each thread: 50,000 characters. */
function writeLong(doc: Doc): void {
  for (let at = 0; at < THREADS; at += 1) {
    addBlock(doc, `Line ${at} `.padEnd(CHARACTERS, 'words of a long page '))
  }
}

function writeThreads(page: Doc, comments: Doc): void {
  const map = comments.getMap('comments')
  comments.getMap('about').set('format', 1)
  for (let at = 0; at < THREADS; at += 1) {
    const index = at * (CHARACTERS + 1)
    const place = (offset: number, assoc: number) => ({
      ...(relativePositionToJSON(
        createRelativePositionFromTypeIndex(page.getText('text'), index + offset, assoc),
      ) as object),
      assoc,
    })
    const anchor = { start: place(0, 0), end: place(4, -1), quote: 'Line' }
    const id = `thread${1_000 + at}`
    map.set(id, { author: { id: 'x', name: 'Xaver' }, atMs: at, anchor })
    map.set(`${id}/text`, { text: `comment ${at}`, mentions: [] })
  }
}

/** Collects how long the page's long tasks take. */
async function watchTasks({ page }: OfficeWindow): Promise<() => Promise<number[]>> {
  const tasks = await page.evaluateHandle(() => {
    const durations: number[] = []
    new PerformanceObserver((list) => {
      durations.push(...list.getEntries().map(({ duration }) => duration))
    }).observe({ type: 'longtask' })
    return durations
  })
  return () => tasks.jsonValue()
}

it('[PG102] five hundred threads keep no key waiting in a long page', async () => {
  const room = pages.newRoom()
  const { baseUrl } = pages
  await postDocument(baseUrl, room, writeLong)
  const page = await fetchDocument(baseUrl, room)
  await postDocument(baseUrl, `comments~${room}`, (doc) => writeThreads(page, doc))
  await using anns = await pages.open(room, ann)
  await expect.poll(() => marks(anns).count()).toBe(THREADS)
  await button(anns).click()
  await expect.poll(() => panel(anns).getByRole('article').count()).toBe(THREADS)
  await anns.text.getByText('Line 0 words').click()
  await anns.untilStill()
  const tasks = await watchTasks(anns)
  // Between some of these the marks are drawn again.
  await anns.page.keyboard.type('typed quickly ')
  await anns.page.keyboard.type('and slowly', { delay: 200 })
  await reads(anns, /typed quickly and slowly/)
  await anns.untilSaved()
  const long = await tasks()
  expect(long.filter((ms) => ms > LONG_MS)).toEqual([])
  await expect.poll(() => marks(anns).count()).toBeGreaterThanOrEqual(THREADS)
})
