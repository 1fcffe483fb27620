import type { Feature } from '../feature.js'

/** Rows and columns that don't scroll. */
export const frozen: Feature = {
  read({ sheet: { freezePane } }, draft) {
    draft.frozen = { rows: freezePane?.rows ?? 0, columns: freezePane?.columns ?? 0 }
  },

  write({ frozen: { rows, columns } }, target) {
    if (rows > 0 || columns > 0) target.freezePane = { rows, columns }
  },

  steps: ({ frozen: panes }, sheet) =>
    panes.rows > 0 || panes.columns > 0 ? [{ type: 'set-frozen', sheet, ...panes }] : [],
}
