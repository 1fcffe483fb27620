import { printSheet } from '../../document/a1.js'
import { isAddress, placeIn, type Link } from '../../document/index.js'
import type { Feature } from '../feature.js'
import { xmlText } from '../xml-text.js'
import { positionOf } from './formulas.js'

/** Links of cells to addresses, and to places of the workbook. */
export const links: Feature = {
  read({ sheet }, draft, report) {
    for (const [key, { hyperlink }] of sheet.cells ?? []) {
      if (hyperlink === undefined) continue
      const at = positionOf(key)
      const link = readLink(hyperlink, draft.name)
      if (link === undefined) report.note('links', draft.name, 1, at)
      else (draft.links[at.row] ??= {})[at.column] = link
    }
  },

  write({ links: all }, target) {
    for (const [row, inRow] of Object.entries(all)) {
      for (const [column, link] of Object.entries(inRow as Record<string, Link>)) {
        const key = `${row},${column}`
        const hyperlink =
          'url' in link
            ? { target: xmlText(link.url) }
            : { target: '', location: link.place.slice(1) }
        target.cells.set(key, { ...target.cells.get(key), hyperlink })
      }
    }
  },

  steps: ({ links: all }, sheet) =>
    Object.keys(all).length === 0 ? [] : [{ type: 'set-links', sheet, links: all }],
}

interface FileLink {
  readonly target: string
  readonly location?: string
}

function readLink({ target, location }: FileLink, sheet: string): Link | undefined {
  if (location === undefined && isAddress(target)) return { url: target }
  const text = (location ?? target).replace(/^#/, '')
  const reference = placeIn(`=${text}`)
  if (reference === undefined) return undefined
  return { place: reference.sheet === undefined ? `=${printSheet(sheet)}!${text}` : `=${text}` }
}
