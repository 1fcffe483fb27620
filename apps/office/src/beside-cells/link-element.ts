import type { SharedWorkbook } from '@whereabouts/univer'
import type { LinkedCells, Links } from '@whereabouts/univer/late'
import { goToCells } from '../go-to-cells.js'
import type { CellTexts } from './texts.js'

type Link = NonNullable<ReturnType<Links['at']>>

/** Returns a link as somebody would type it. */
export const textOf = (link: Link): string => ('url' in link ? link.url : link.place.slice(1))

/** Returns what opens a link when it is clicked. */
export function linkElement(link: Link, texts: CellTexts, follow: () => void): HTMLElement {
  if ('place' in link) {
    const button = document.createElement('button')
    button.textContent = textOf(link)
    button.title = texts.openLink
    button.addEventListener('click', follow)
    return button
  }
  const anchor = document.createElement('a')
  anchor.href = link.url
  anchor.target = '_blank'
  anchor.rel = 'noopener noreferrer'
  anchor.textContent = textOf(link)
  anchor.title = texts.openLink
  return anchor
}

/** Opens an address in a window of its own, or goes to cells. */
export function openLink(
  link: Link,
  cells: LinkedCells | undefined,
  workbook: SharedWorkbook['workbook'],
): void {
  if ('url' in link) {
    window.open(link.url, '_blank', 'noopener,noreferrer')
    return
  }
  const sheet = cells && workbook.getSheetBySheetId(cells.sheet)
  if (!sheet || sheet.isSheetHidden()) return
  const { startRow, startColumn, endRow, endColumn } = cells.range
  workbook.setActiveSheet(sheet)
  const [height, width] = [endRow - startRow + 1, endColumn - startColumn + 1]
  goToCells(sheet, startRow, startColumn, height, width)
}
