import { mergeLocales } from '@univerjs/core'
import validation from '@univerjs/data-validation/locale/zh-CN'
import find from '@univerjs/find-replace/locale/zh-CN'
import rules from '@univerjs/sheets-conditional-formatting-ui/locale/zh-CN'
import validationPanel from '@univerjs/sheets-data-validation-ui/locale/zh-CN'
import sheetValidation from '@univerjs/sheets-data-validation/locale/zh-CN'
import filterPanel from '@univerjs/sheets-filter-ui/locale/zh-CN'
import filter from '@univerjs/sheets-filter/locale/zh-CN'
import sort from '@univerjs/sheets-sort-ui/locale/zh-CN'

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
export { texts as cellTexts } from './beside-cells/languages/zh-Hans.js'
