// What the build changes in Univer's own files. Each change fails the build if Univer has changed there.
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type { Plugin } from 'vite'
import { dropdownsLater } from './cell-dropdowns.js'
import { all, changing, once } from './changing.js'
import { drawsChanges } from './draws-changes.js'
import { drawsFirst } from './first-drawing.js'
import { iconsLater } from './late-icons.js'
import { laterParts } from './later-parts.js'
import { nameBox, namePanel } from './name-box.js'
import { withoutTextDocuments } from './text-documents.js'

// Univer looks for the first character of all that is left of a word, once for each character of it.
const FIRST_CHARACTER = 'function getFirstGrapheme(text) {'
// Nobody has to look for it in ASCII; and 64 is longer than any character that isn't made to be long.
const SOONER = `${FIRST_CHARACTER}
  if (/^[ -~][ -~]/.test(text)) return text[0];
  text = text.slice(0, 64);`

const GROUPED = '} else lastList.push(glyph);'
// A word that is broken into lines takes three calls within each other for each line.
const APART = `} else if (shapedGlyphs.length > 256 && lastList.length > 0) shapedGlyphsList.push([glyph]);
  else lastList.push(glyph);`

/**
 * Has Univer lay out a word of 50,000 letters in half a second, where it took ten, and break it into
 * any number of lines, where it ran out of stack.
 *
 * @see OFFICE.md SH83
 */
const longWords = changing('long-words', 'engine-render/lib/es/index.js', (code) =>
  once(once(code, FIRST_CHARACTER, SOONER), GROUPED, APART),
)

const LEAK = 'if (!cancelled) callback();'

/**
 * Univer opens a message channel for each task that it puts off, eight with each edit, and leaves it
 * open; the browser then keeps both of its ports for ever.
 *
 * @see OFFICE.md SH35
 */
const closesChannels = changing('closes-channels', 'core/lib/es/index.js', (code) =>
  once(code, LEAK, `channel.port1.close();${LEAK}`),
)

const PATTERNS = /(?<=\nconst PATTERN_LOADERS = \{).*?(?=\n\};)/s
const PRELOADED = /(?<=\n\t_preloadPatterns\(\) \{).*?(?=\n\t\})/s
const FRANC = 'import { franc } from "franc-min";'

/**
 * Leaves out Univer's patterns for hyphenation: 77 languages in 17 MB, with licences of their own, and
 * what guesses the language of a text for them. A sheet has no hyphenation, and Univer goes without
 * where it finds no pattern.
 */
const withoutHyphenation = changing(
  'without-hyphenation',
  'engine-render/lib/es/index.js',
  (code) => once(all(all(code, PATTERNS, ''), PRELOADED, ''), FRANC, 'const franc = () => "und";'),
)

const OPENTYPE = 'import { parse } from "opentype.js";'
const NO_FONTS = 'const parse = () => { throw new Error("Fonts are not read here."); };'

/** Leaves out the reader of font files: Univer reads only those that an application gives it. */
const withoutFontFiles = changing('without-font-files', 'engine-render/lib/es/index.js', (code) =>
  once(code, OPENTYPE, NO_FONTS),
)

const CJK = 'import * as cjk from "cjk-regex";'
const CJK_EXPRESSION = /\bcjk\.(letters|all|punctuations)\(\)\.toRegExp\(\)/g

type CjkRegex = Record<string, () => { toRegExp(): RegExp }>

/** Writes the three expressions for CJK, 2 KB, instead of the tables that they are made of at each start. */
const readyExpressions: Plugin = {
  name: 'ready-expressions',
  apply: 'build',
  transform: {
    filter: { id: /\/@univerjs\/engine-render\/lib\/es\/index\.js$/ },
    async handler(code, id) {
      const found = await this.resolve('cjk-regex', id)
      if (found === null) this.error('Univer no longer has cjk-regex')
      const cjk = (await import(pathToFileURL(found.id).href)) as CjkRegex
      const ready = once(code, CJK, '').replace(CJK_EXPRESSION, (_, name: string) =>
        String(cjk[name]!().toRegExp()),
      )
      if (/\bcjk\./.test(ready)) this.error('Univer uses cjk-regex in another way now')
      return { code: ready, map: null }
    },
  },
}

const PICTURE = /"data:image\/(?:png|jpeg);base64,[^"]{5000,}"/g
// What a hidden cell counts as; it would bring all that calculates with values.
const HIDDEN_VALUE = /\bNullValueObject\.create\(\)/g
const UNSEEN = /(?<=[[(]\w+, )(?:AlertDialog|SheetPermission(?:Dialog|Panel|UserDialog))(?=[\])])/g

const DROPDOWN_KEYS = /^\w+Drop[dD]own\.componentKey = .*;\n/gm
const DROPDOWNS = /^\t+\[ISheetCellDropdownManagerService, .*\],\n/gm

/**
 * Leaves out the dialogs about protected cells with their pictures, which nobody sees here, and the lists and
 * calendars in cells, which come later.
 *
 * @see OFFICE.md SH13
 */
const withoutUnseen = changing('without-unseen', 'sheets-ui/lib/es/index.js', (code) => {
  const unprotected = all(all(all(code, PICTURE, '""'), UNSEEN, '() => null'), HIDDEN_VALUE, 'null')
  return all(all(unprotected, DROPDOWN_KEYS, ''), DROPDOWNS, '')
})

// A list of functions: `[[Abs, "ABS"], [Acos, "ACOS"]]`.
const FUNCTIONS = /(?<=\nconst function[A-Z]\w* = )\[\s*\[.*?\]\s*\](?=;\n)/gs
const NAMED = 'class NamedFunction { constructor(name) { this.name = name } dispose() {} }'
const BESSEL =
  /(?<=\nlet BESSEL;\n)\(function\(_BESSEL\) \{.*?\n\}\)\(BESSEL \|\| \(BESSEL = \{\}\)\);/s
const FUNCTION = /\[\s*[\w$]+,\s*(?=")/g

/**
 * Leaves the names of functions in the page, and the code that calculates them to the worker.
 *
 * @see OFFICE.md SH50
 */
const namesOfFunctions = changing('names-of-functions', 'engine-formula/lib/es/index.js', (code) =>
  [
    NAMED,
    all(code, BESSEL, '').replace(FUNCTIONS, (list) => all(list, FUNCTION, '[NamedFunction, ')),
  ].join('\n'),
)

const OWN_FUNCTIONS = ' AsyncCustomFunction, CustomFunction,'
const NO_OWN_FUNCTION = 'class CustomFunction {}\nclass AsyncCustomFunction {}'
const REGISTRY = '//#region src/services/register-function.service.ts'

/** Leaves out the functions that an application may add, since the worker wouldn't know them. */
const withoutOwnFunctions = changing(
  'without-own-functions',
  'sheets-formula/lib/es/index.js',
  (code) => once(once(code, OWN_FUNCTIONS, ''), REGISTRY, `${NO_OWN_FUNCTION}\n${REGISTRY}`),
)

const CALCULATES = /(?<=\n\t\t)if \(shouldPerformComputing\) dependencies\.push\(.*?\);(?=\n)/
const TOUCHES =
  /(?<=\n\t\t)if \(![^\n]*notExecuteFormula\)\) (?:touchDependencies\(|\[\n).*?\);(?=\n\t\})/gs

/**
 * Leaves out the engine that calculates, which the page never starts.
 *
 * @see OFFICE.md SH50
 */
const withoutEngine = changing('without-engine', 'engine-formula/lib/es/index.js', (code) =>
  all(all(code, CALCULATES, ''), TOUCHES, ''),
)

const DESCRIBED = 'virtual:univer-functions'
const PRESET_TEXTS = /\/@univerjs\/preset-sheets-core\/lib\/es\/locales\/[\w-]+\.js$/
const FUNCTION_TEXTS = /import (\w+) from "@univerjs\/sheets-formula\/locale\/[\w-]+";/
const OF_LIST = /\/\/#region src\/services\/function-list\/.*?\n\/\/#endregion/gs
// Univer looks for a name here when a formula is entered, to write it in capitals.
const NAMES_ONLY = `const FUNCTION_LIST = [...ALL_IMPLEMENTED_FUNCTIONS_SET].map((functionName) =>
  ({ functionName, functionType: 0, description: "", abstract: "", functionParameter: [] }));`
const DESCRIPTION = '//#region src/services/description.service.ts'
const NAMES = /^import .* from "@univerjs\/engine-formula";$/m

/** Takes the descriptions of functions out of what the grid needs; `virtual:univer-functions` has them. */
const describesLater: Plugin[] = [
  changing('without-descriptions', 'sheets-formula/lib/es/index.js', (code) =>
    once(all(code, OF_LIST, ''), DESCRIPTION, `${NAMES_ONLY}\n${DESCRIPTION}`),
  ),
  {
    name: 'without-texts-of-functions',
    apply: 'build',
    transform: {
      // One for each language; `languages/` loads the texts of functions later.
      filter: { id: PRESET_TEXTS },
      handler(code) {
        const [line, name] = FUNCTION_TEXTS.exec(code) ?? []
        if (line === undefined) throw new Error('Univer’s texts of functions are elsewhere now')
        return {
          code: all(once(code, line, ''), new RegExp(`^  ${name},\n`, 'm'), ''),
          map: null,
        }
      },
    },
  },
  {
    name: 'functions',
    apply: 'build',
    enforce: 'pre',
    async resolveId(id, importer) {
      if (id !== DESCRIBED) return undefined
      const found = await this.resolve('@univerjs/sheets-formula', importer)
      return found && `${found.id}?functions`
    },
    load(id) {
      if (!id.endsWith('?functions')) return undefined
      const code = readFileSync(id.slice(0, id.indexOf('?')), 'utf8')
      const [names = ''] = NAMES.exec(code) ?? []
      const lists = (code.match(OF_LIST) ?? []).join('\n')
      return `${names}\n${lists}
        export const functions = FUNCTION_LIST.filter(({ functionName }) =>
          ALL_IMPLEMENTED_FUNCTIONS_SET.has(functionName))`
    },
  },
]

const MODULE = /\/@univerjs\/[\w-]+\/lib\/es\/index\.js$/
// A class with its decorators, or with its static properties.
const CLASS =
  /^(?:let|var|const) (\w+) = class\b(?:(?:(?!^\};).)*?^\};\n)(?:_defineProperty\(\1, .*?\);\n)*(?:\1 = __decorate\(.*?, \1\);|(?<=\);\n))/gms

/**
 * Lets the bundler drop classes that nothing uses, such as those for phones: to it, each decorator
 * and each static property might have an effect elsewhere.
 */
const unusedClasses = (): Plugin => ({
  name: 'unused-classes',
  apply: 'build',
  transform(code, id) {
    if (!MODULE.test(id)) return undefined
    const wrapped = code.replace(
      CLASS,
      (parts, name: string) =>
        `const ${name} = /* @__PURE__ */ (() => {\n${parts.replace(/^(?:var|const)/, 'let')}\nreturn ${name};\n})();\n`,
    )
    return { code: wrapped, map: null }
  },
})

const STORAGE = 'import localforage from "localforage";'
const LATE_STORAGE = `const localforage = new Proxy({}, {
  get: (_, name) => async (...args) => (await import("localforage")).default[name](...args),
});`

/** Loads Univer's storage when it is first used: it keeps the last settings of a tool. */
const storageLater = changing('late-storage', 'ui/lib/es/index.js', (code) =>
  once(code, STORAGE, LATE_STORAGE),
)

const PRESET = 'preset-sheets-core/lib/es/index.js'
const FACADES =
  /^import "@univerjs\/(?:docs-ui|engine-formula|network|sheets-formula|sheets-formula-ui|sheets-numfmt|ui)\/lib\/facade";\n/gm

/** Leaves out Univer's plugins for requests and for a worker of its own, and the parts of its API that nobody calls here. */
const smallerPreset = changing('smaller-preset', PRESET, (code) =>
  once(
    once(all(code, FACADES, ''), '    plugins: [\n      y,', '    plugins: ['),
    'e ? [k, { workerURL: t }] : null,',
    '',
  ),
)

const GIVES_BACK = 'target.dataset.uComp === item)'

/**
 * Lets the keyboard reach the buttons of a panel: Univer gives the focus of every button back to the cells.
 *
 * @see OFFICE.md SF25
 */
const keepsFocusInPanels = changing('keeps-focus-in-panels', 'ui/lib/es/index.js', (code) =>
  once(code, GIVES_BACK, `${GIVES_BACK} && !target.closest('[data-u-comp="sidebar"]')`),
)

const AS_JSON = 'return JSON.stringify(options.filter(Boolean));'
const WITH_COMMAS = `const texts = options.filter(Boolean);
	const text = texts.join(",");
	return /^\\[/.test(text) || texts.some((one) => one.includes(",")) ? JSON.stringify(texts) : text;`

/**
 * Has a cell with several choices contain them as people write them, with commas, and not as JSON. Univer reads both.
 *
 * @see OFFICE.md SH165
 */
const plainChoices = changing('plain-choices', 'sheets/lib/es/index.js', (code) =>
  once(code, AS_JSON, WITH_COMMAS),
)

/** What is changed for the page and for the worker. */
export const univer = (): Plugin[] => [
  longWords,
  closesChannels,
  withoutHyphenation,
  withoutFontFiles,
  readyExpressions,
  unusedClasses(),
]

/** What is changed for the page alone, so that it loads less before it shows the grid. */
export const univerInPage = (): Plugin[] => [
  withoutUnseen,
  keepsFocusInPanels,
  nameBox,
  namePanel,
  plainChoices,
  withoutTextDocuments,
  smallerPreset,
  namesOfFunctions,
  withoutOwnFunctions,
  withoutEngine,
  ...describesLater,
  ...iconsLater,
  dropdownsLater,
  storageLater,
  laterParts,
  drawsFirst,
  ...drawsChanges,
]

const FUNCTION_TEXT_FILES = /\/sheets-formula\/lib\/es\/locale\//

/** Names the files that come after the grid by what is in them. */
export function laterName(modules: readonly string[]): string | undefined {
  const names = modules.join('\n')
  if (FUNCTION_TEXT_FILES.test(names)) return 'function-texts'
  const [, what] = /\?(functions|icons)$/m.exec(names) ?? []
  return what && `univer-${what}`
}
