import type { Pages } from './pages.js'
import { pageSize, type PrintSettings } from './paper.js'
import type { SheetPages } from './sheet-pages.js'

/**
 * Has the browser print all pages, and nothing else. They are in the page only until that is done.
 *
 * @param told how many pages are ready
 * @param isOver whether nothing is to be printed any more
 * @see OFFICE.md OF95
 */
export async function printPages(
  sheet: SheetPages,
  all: Pages,
  settings: PrintSettings,
  told: (done: number) => void,
  isOver: () => boolean,
): Promise<void> {
  document.querySelector('.print-pages')?.remove()
  const pages = document.createElement('div')
  pages.className = 'print-pages'
  pages.lang = document.documentElement.lang
  const size = document.createElement('style')
  size.textContent = `@page { size: ${pageSize(settings)}; margin: 0 }`
  pages.append(size)
  await sheet.drawAll(all, settings, pages, told, isOver)
  if (isOver()) return
  const images = [...pages.querySelectorAll('img')]
  // One that can't be read has no picture, in the grid as well.
  await Promise.allSettled(images.map((image) => image.decode()))
  if (isOver()) return
  document.body.append(pages)
  addEventListener('afterprint', () => pages.remove(), { once: true })
  print()
}
