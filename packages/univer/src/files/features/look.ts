import { isSame } from '../../document/index.js'
import { USUAL_LOOK } from '../../document/sheet-list.js'
import { readColor, writeColor } from '../colors.js'
import type { Feature } from '../feature.js'

/** Hidden sheets, the colors of tabs, and grid lines. */
export const look: Feature = {
  read({ sheet: { hidden, veryHidden, view }, styles: { themeColors } }, draft) {
    draft.look = {
      isHidden: hidden === true || veryHidden === true,
      color: (view?.tabColor && readColor(view.tabColor, themeColors)) ?? null,
      hasGridLines: view?.showGridLines !== false,
    }
  },

  write({ look: { isHidden, color, hasGridLines } }, target) {
    if (isHidden) target.hidden = true
    const tabColor = writeColor(color)
    target.view = {
      ...(tabColor === undefined ? {} : { tabColor }),
      ...(hasGridLines ? {} : { showGridLines: false }),
    }
  },

  steps: ({ look: own }, sheet) =>
    isSame(own, USUAL_LOOK) ? [] : [{ type: 'set-look', sheet, look: own }],
}
