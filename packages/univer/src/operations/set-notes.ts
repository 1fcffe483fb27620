import type { CellMatrix } from '../document/cells.js'
import { NOTES_FORMAT } from '../document/format.js'
import { diffAttached, writeAttached } from './attached-steps.js'
import { onSheet, type OperationKind, type UnshownSheet } from './operation-kind.js'

/** Sets the notes of some cells; `null` removes one. */
export interface SetNotes {
  readonly type: 'set-notes'
  /** The id of the sheet. */
  readonly sheet: string
  readonly notes: CellMatrix<string | null>
}

export const setNotes: OperationKind<SetNotes, UnshownSheet> = {
  record: {
    'whereabouts.mutation.set-notes': (_, { subUnitId: sheet, notes }) => [
      { type: 'set-notes', sheet, notes },
    ],
  },

  /** @see SHEET.md SH142, SH144 */
  write: onSheet((sheet, { notes }, draft, { doc }) => {
    writeAttached({ part: 'notes', format: NOTES_FORMAT }, notes, sheet, draft, doc)
  }),

  diff: (unshown) =>
    diffAttached('notes', unshown).map((notes) => ({
      type: 'set-notes',
      sheet: unshown.sheet.id,
      notes,
    })),

  // The grid looks notes up in the document when it draws.
  play: () => {},
}
