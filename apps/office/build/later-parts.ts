import { readFileSync } from 'node:fs'
import type { Plugin } from 'vite'

const DESIGN = '@univerjs/design'
const LATE =
  /\/@univerjs\/(?:find-replace|sheets-(?:sort|filter|conditional-formatting|data-validation)-ui)\/lib\/es\/index\.js$|\?dropdowns$/
const COPY = '?later'

/**
 * Gives the tools that come after the cells a copy of Univer's buttons and lists: with one for all, the
 * parts that only they use would come before the cells.
 *
 * @see OFFICE.md SF10
 */
export const laterParts: Plugin = {
  name: 'later-parts',
  apply: 'build',
  enforce: 'pre',
  async resolveId(id, importer) {
    if (id !== DESIGN || importer === undefined || !LATE.test(importer)) return undefined
    const found = await this.resolve(id, importer, { skipSelf: true })
    return found && `${found.id}${COPY}`
  },
  load(id) {
    return id.endsWith(COPY) ? readFileSync(id.slice(0, -COPY.length), 'utf8') : undefined
  },
}
