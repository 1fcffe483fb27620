import { readFileSync } from 'node:fs'
import type { Plugin } from 'vite'
import { all, once } from './changing.js'

const DROPDOWNS = 'virtual:univer-dropdowns'
const SUFFIX = '?dropdowns'

// The list, the calendar, and what opens them; not the colors and the cascades, which no data validation has.
const PARTS =
  /\/\/#region src\/(?:views\/dropdown\/(?:date-dropdown|list-dropdown|index)|services\/cell-dropdown-manager\.).*?\n\/\/#endregion/gs
const OTHERS = /^\t(?:color|cascader): \w+,?\n/gm
const IDENTIFIER =
  'const ISheetCellDropdownManagerService = createIdentifier("ICellDropdownManagerService");'
const IMPORTS = /^import \{.*\} from "(?:react|react\/jsx-runtime|@univerjs\/[\w-]+)";$/gm
const HELPERS = /^function __decorate(?:Param)?\(.*?^\}$/gms
const OWN = 'SheetCanvasPopManagerService, ISheetCellDropdownManagerService'

/**
 * Takes the lists and calendars in cells out of what the grid needs; `virtual:univer-dropdowns` has them.
 *
 * @see OFFICE.md SH128
 */
export const dropdownsLater: Plugin = {
  name: 'dropdowns-later',
  apply: 'build',
  enforce: 'pre',
  async resolveId(id, importer) {
    if (id !== DROPDOWNS) return undefined
    const found = await this.resolve('@univerjs/sheets-ui', importer)
    return found && `${found.id}${SUFFIX}`
  },
  load(id) {
    if (!id.endsWith(SUFFIX)) return undefined
    const code = readFileSync(id.slice(0, -SUFFIX.length), 'utf8')
    const found = [code.match(IMPORTS), code.match(HELPERS), code.match(PARTS)].map((list) =>
      (list ?? []).join('\n'),
    )
    const own = `import { ${OWN} } from '@univerjs/sheets-ui'`
    const parts = once(all(found.join('\n'), OTHERS, ''), IDENTIFIER, '')
    return `${own}\n${parts}\nexport { ISheetCellDropdownManagerService, SheetCellDropdownManagerService }`
  },
}
