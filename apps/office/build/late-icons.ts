import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'
import { changing } from './changing.js'

const ICONS = 'virtual:univer-icons'
const ICONS_IMPORT = /^import \{ ([\w, ]+) \} from "@univerjs\/icons";$/m
const WITH_ICONS = ['design', 'docs-ui', 'sheets-formula-ui', 'sheets-numfmt-ui', 'sheets-ui', 'ui']
const LATE_ICONS = fileURLToPath(new URL('../src/late-icons.ts', import.meta.url))

function iconsIn(code: string): string[] {
  const [, names] = ICONS_IMPORT.exec(code) ?? []
  if (names === undefined) throw new Error('Univer imports its icons in another way now')
  return names.split(', ')
}

/** Loads Univer's icons after the grid; `virtual:univer-icons` has them. */
export const iconsLater: Plugin[] = [
  ...WITH_ICONS.map((name) =>
    changing(`late-icons-of-${name}`, `${name}/lib/es/index.js`, (code) => {
      const late = iconsIn(code).map(
        (icon) => `const ${icon} = /* @__PURE__ */ lateIcon("${icon}");`,
      )
      const load = `import { lateIcon } from ${JSON.stringify(LATE_ICONS)};`
      return code.replace(ICONS_IMPORT, () => [load, ...late].join('\n'))
    }),
  ),
  {
    name: 'icons',
    apply: 'build',
    enforce: 'pre',
    async resolveId(id, importer) {
      if (id !== ICONS) return undefined
      const found = await this.resolve('@univerjs/preset-sheets-core', importer)
      return found && `${found.id}?icons`
    },
    load(id) {
      if (!id.endsWith('?icons')) return undefined
      const univer = id.slice(0, id.indexOf('/preset-sheets-core/'))
      const names = WITH_ICONS.flatMap((name) =>
        iconsIn(readFileSync(`${univer}/${name}/lib/es/index.js`, 'utf8')),
      )
      const list = [...new Set(names)].join(', ')
      return `import { ${list} } from '@univerjs/icons'\nexport const icons = { ${list} }`
    },
  },
]
