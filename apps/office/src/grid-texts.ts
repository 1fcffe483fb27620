import type { Texts } from '@whereabouts/univer'
import { t } from './language/language.js'

/** Returns what the grid says, in the language of the window. */
export function gridTexts(): Texts {
  return {
    cellGone: t('grid.cellGone'),
    cellsGone: t('grid.cellsGone'),
    filterTooLarge: t('grid.filterTooLarge'),
    newerFormat: t('grid.newerFormat'),
    noFiles: t('grid.noFiles'),
    noGridColors: t('grid.noGridColors'),
    noProtection: t('grid.noProtection'),
    noThemes: t('grid.noThemes'),
    nothingToPaste: t('grid.nothingToPaste'),
    overMerged: t('grid.overMerged'),
    readOnly: t('grid.readOnly'),
    scrolled: t('grid.scrolled'),
    unsupported: t('grid.unsupported'),
    doesNotFit: (reason) => t('grid.doesNotFit', { reason }),
    formulaTooLong: (most) => t('grid.formulaTooLong', { most }),
    nameTooLong: (most) => t('grid.nameTooLong', { most }),
    notEntered: (reason) => t('grid.notEntered', { reason }),
    notPasted: (reason) => t('grid.notPasted', { reason }),
    pasteHasTooManyMerges: (most) => t('grid.pasteHasTooManyMerges', { most }),
    pasteTooLarge: (most) => t('grid.pasteTooLarge', { most }),
    place: (cell, sheet) => t('grid.place', { cell, sheet }),
    nameInvalid: t('grid.nameInvalid'),
    nameTaken: t('grid.nameTaken'),
    tooManyNames: (most) => t('grid.tooManyNames', { most }),
    tooManyRules: t('grid.tooManyRules'),
    tooManyValidations: t('grid.tooManyValidations'),
    textTooLong: (most) => t('grid.textTooLong', { most }),
    tooManyMergedCells: (most) => t('grid.tooManyMergedCells', { most }),
    tooManyMerges: (most) => t('grid.tooManyMerges', { most }),
    tooManySheets: (most) => t('grid.tooManySheets', { most }),
    linesLeft: {
      rows: (count) => t('grid.rowsLeft', { count }),
      columns: (count) => t('grid.columnsLeft', { count }),
    },
  }
}
