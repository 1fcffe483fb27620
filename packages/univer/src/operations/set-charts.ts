import { onSheet, type OperationKind, type UnshownSheet } from './operation-kind.js'

/** Writes entries of a sheet's charts, by key; `null` deletes one. */
export interface SetCharts {
  readonly type: 'set-charts'
  /** The id of the sheet. */
  readonly sheet: string
  readonly charts: { readonly [key: string]: unknown }
}

export const setCharts: OperationKind<SetCharts, UnshownSheet> = {
  record: {
    'whereabouts.mutation.set-charts': (_, { subUnitId: sheet, charts }) => [
      { type: 'set-charts', sheet, charts },
    ],
  },

  /** @see SHEET.md SD67 */
  write: onSheet(({ id }, { charts }, draft) => {
    for (const [key, value] of Object.entries(charts)) {
      draft.put(`charts:${id}`, key, value ?? undefined)
    }
  }),

  // What floats over the cells is read from the document, and isn't in the grid.
  diff: () => [],
  play: () => {},
}
