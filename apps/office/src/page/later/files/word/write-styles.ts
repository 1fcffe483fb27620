import { BorderStyle, LineRuleType, ShadingType, type IStylesOptions } from 'docx'
import type { Block, Color, Tone } from '../../../../page-document/block.js'
import { STYLE_NAMES } from './looks.js'
import { xmlText, type Shade } from './write-runs.js'

type ParagraphStyle = NonNullable<IStylesOptions['paragraphStyles']>[number]
type Default = NonNullable<NonNullable<IStylesOptions['default']>['heading1']>
type Given = Omit<ParagraphStyle, 'id' | 'name'>

const CODE_FONT = 'Consolas'
const TONE_COLORS: readonly (readonly [tone: Tone | undefined, color: Color])[] = [
  [undefined, 'blue'],
  ['tip', 'green'],
  ['warning', 'orange'],
  ['danger', 'red'],
]

/** Returns the id of the style of callouts with a tone. */
export const calloutOf = (tone: Tone | undefined): string => `Callout${tone ?? ''}`

/** Returns the id of the style of code in a language. */
export const codeOf = (language: string | undefined): string =>
  language === undefined ? 'Code' : `Code-${language.replaceAll(/[^\w#+]/g, asHex)}`

const asHex = (letter: string): string => letter.charCodeAt(0).toString(16)

/** Returns the styles of all kinds of blocks that a page has. */
export function styles(blocks: readonly Block[], shade: Shade): IStylesOptions {
  const quiet = shade('gray', 'text')
  return {
    default: {
      document: { run: { size: 22 }, paragraph: { spacing: { after: 120 } } },
      title: { run: { size: 52, bold: true } },
      heading1: heading(0, 36),
      heading2: heading(1, 30),
      heading3: heading(2, 26),
      heading4: heading(3, 24),
      heading5: heading(4, 22),
      heading6: heading(5, 22),
    },
    paragraphStyles: [
      style('Quote', STYLE_NAMES.quote, { paragraph: bar(quiet), run: { color: quiet } }),
      style('Caption', STYLE_NAMES.caption, { run: { color: quiet, size: 20 } }),
      style('BelowTable', STYLE_NAMES.gap, {
        paragraph: { spacing: { after: 0, line: 120, lineRule: LineRuleType.EXACT } },
      }),
      ...TONE_COLORS.map(([tone, color]) => callout(tone, color, shade)),
      ...[undefined, ...languagesOf(blocks)].map((language) => code(language, shade)),
    ],
    characterStyles: [
      { id: 'InlineCode', name: STYLE_NAMES.inlineCode, run: { font: CODE_FONT } },
      { id: 'InlineFormula', name: STYLE_NAMES.formula, run: { font: CODE_FONT } },
    ],
  }
}

const heading = (outlineLevel: number, size: number): Default => ({
  run: { size, bold: true },
  paragraph: { outlineLevel, keepNext: true, spacing: { before: 240, after: 120 } },
})

const style = (id: string, name: string, given: Given): ParagraphStyle => ({
  id,
  name,
  basedOn: 'Normal',
  quickFormat: true,
  ...given,
})

const bar = (color: string): NonNullable<Given['paragraph']> => ({
  border: { left: { style: BorderStyle.SINGLE, size: 18, color, space: 8 } },
})

const behind = (fill: string): NonNullable<Given['paragraph']> => ({
  shading: { type: ShadingType.CLEAR, color: 'auto', fill },
})

function callout(tone: Tone | undefined, color: Color, shade: Shade): ParagraphStyle {
  const name = tone === undefined ? STYLE_NAMES.callout : `${STYLE_NAMES.callout} ${tone}`
  const paragraph = { ...bar(shade(color, 'text')), ...behind(shade(color, 'highlight')) }
  return style(calloutOf(tone), name, { paragraph })
}

function code(language: string | undefined, shade: Shade): ParagraphStyle {
  const name =
    language === undefined ? STYLE_NAMES.code : `${STYLE_NAMES.code} ${xmlText(language)}`
  const paragraph = behind(shade('gray', 'highlight'))
  return style(codeOf(language), name, { paragraph, run: { font: CODE_FONT, noProof: true } })
}

function languagesOf(blocks: readonly Block[]): ReadonlySet<string> {
  const all = blocks.flatMap((block) => [block, ...(block.table?.cells.flat(2) ?? [])])
  return new Set(all.flatMap(({ attributes }) => attributes.language ?? []))
}
