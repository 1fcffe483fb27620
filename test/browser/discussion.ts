import { mkdir } from 'node:fs/promises'
import type { Doc } from 'yjs'
import type { OfficeWindow } from './office-window.js'
import { addBlock, press } from './pages.js'

/** A folder for pictures to look at, if somebody wants them. */
const PICTURES = process.env['COMMENTS_PICTURES']

export async function picture({ page }: OfficeWindow, name: string): Promise<void> {
  if (PICTURES === undefined) return
  await mkdir(PICTURES, { recursive: true })
  await page.screenshot({ path: `${PICTURES}/${name}.png` })
}

export const panel = ({ page }: OfficeWindow) => page.getByRole('region', { name: 'Comments' })
export const button = ({ page }: OfficeWindow) => page.locator('.comments-button')
export const threads = (window: OfficeWindow) => panel(window).getByRole('article')
export const marks = ({ page }: OfficeWindow) => page.locator('.text .commented')
export const news = ({ page }: OfficeWindow) => page.getByRole('log', { name: 'Comments' })

/** What the focus is in: the nearest element with a name. */
export const focused = ({ page }: OfficeWindow) =>
  page.evaluate(() => document.activeElement?.getAttribute('aria-label'))

export function writePage(doc: Doc): void {
  addBlock(doc, 'Budget', { type: 'heading', level: 1 })
  addBlock(doc, 'We pay the rent in advance.')
  addBlock(doc, 'Nothing else is planned.')
}

/** Selects words by the mouse, as far as the editor is concerned. */
export async function select(window: OfficeWindow, words: string): Promise<void> {
  await window.text.evaluate((text, wanted) => {
    const block = [...text.children].find((each) => each.textContent.includes(wanted))!
    const start = block.textContent.indexOf(wanted)
    const at = (offset: number) => {
      const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT)
      let left = offset
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        const { length } = node.textContent!
        if (left <= length) return [node, left] as const
        left -= length
      }
      throw new Error(`there is no ${wanted}`)
    }
    text.focus()
    getSelection()!.setBaseAndExtent(...at(start), ...at(start + wanted.length))
  }, words)
}

export async function comment(window: OfficeWindow, words: string, text: string): Promise<void> {
  await select(window, words)
  await window.page.getByRole('button', { name: 'Comment', exact: true }).first().click()
  await panel(window).getByRole('textbox', { name: 'New comment' }).waitFor()
  await window.page.keyboard.type(text)
  await press(window, 'Control+Enter')
  await threads(window).filter({ hasText: text }).waitFor()
  // The new thread has the focus a frame later, and would take it from what is selected next.
  await panel(window).locator('article:focus').filter({ hasText: text }).waitFor()
}
