import { mergeLocales } from '@univerjs/core'
import validation from '@univerjs/data-validation/locale/en-US'
import find from '@univerjs/find-replace/locale/en-US'
import rules from '@univerjs/sheets-conditional-formatting-ui/locale/en-US'
import validationPanel from '@univerjs/sheets-data-validation-ui/locale/en-US'
import sheetValidation from '@univerjs/sheets-data-validation/locale/en-US'
import filterPanel from '@univerjs/sheets-filter-ui/locale/en-US'
import filter from '@univerjs/sheets-filter/locale/en-US'
import sort from '@univerjs/sheets-sort-ui/locale/en-US'

/** Univer's texts of the tools that come after the cells. */
export const texts = mergeLocales(
  find,
  filterPanel,
  filter,
  rules,
  sort,
  validation,
  sheetValidation,
  validationPanel,
)

/** What is said about notes and links of cells. */
export { texts as cellTexts } from './beside-cells/languages/en.js'
