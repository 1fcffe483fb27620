import type { CellMatrix } from '../document/cells.js'
import { NOTES_FORMAT } from '../document/format.js'
import { storeLink, type Link } from '../document/link.js'
import { diffAttached, writeAttached } from './attached-steps.js'
import { onSheet, type OperationKind, type UnshownSheet } from './operation-kind.js'

/** Sets where some cells lead; `null` removes a link. */
export interface SetLinks {
  readonly type: 'set-links'
  /** The id of the sheet. */
  readonly sheet: string
  readonly links: CellMatrix<Link | null>
}

export const setLinks: OperationKind<SetLinks, UnshownSheet> = {
  record: {
    'whereabouts.mutation.set-links': (_, { subUnitId: sheet, links }) => [
      { type: 'set-links', sheet, links },
    ],
  },

  /** @see SHEET.md SH148 */
  write: onSheet((sheet, { links }, draft, workbook) => {
    const store = (link: Link | null) => link && (storeLink(link, sheet, workbook) ?? null)
    const kind = { part: 'links', format: NOTES_FORMAT, store } as const
    writeAttached(kind, links, sheet, draft, workbook.doc)
  }),

  // It only says that there are others: where they lead depends on other cells as well.
  diff: (unshown) =>
    diffAttached('links', unshown).map(() => ({
      type: 'set-links',
      sheet: unshown.sheet.id,
      links: {},
    })),

  // The grid looks links up in the document when it draws.
  play: () => {},
}
