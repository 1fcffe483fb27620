import { ExternalHyperlink, ShadingType, Tab, TextRun, type ParagraphChild } from 'docx'
import type { Color, Marks, Run } from '../../../../page-document/block.js'
import { cleanText } from '../../../../page-document/flow.js'

/** Returns a color as six hexadecimal digits. */
export type Shade = (color: Color, kind: 'text' | 'highlight') => string

// The first letter that has a direction gives the paragraph's, as in the page (PG25).
const FIRST_LETTER = /\p{L}/u
const RIGHT_TO_LEFT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u

/** Returns whether a text is written from right to left. */
export const isRightToLeft = (text: string): boolean =>
  RIGHT_TO_LEFT.test(FIRST_LETTER.exec(text)?.[0] ?? '')

/** Returns a text with nothing that XML can't have, for which Word would take a file for damaged. */
export const xmlText = (text: string): string =>
  cleanText(text).replaceAll(/[\uFFFE\uFFFF]/g, '\uFFFD')

/** Returns text with marks as the content of a paragraph. */
export function writeRuns(runs: readonly Run[], shade: Shade): readonly ParagraphChild[] {
  return runs.flatMap((run): readonly ParagraphChild[] => {
    const lines = run.text.split('\n').map((line, at) => writeLine(line, at > 0, run.marks, shade))
    const { link } = run.marks
    return link === undefined
      ? lines
      : [new ExternalHyperlink({ children: lines, link: absolute(link) })]
  })
}

/** What leads elsewhere within the server has to lead there from a file as well. */
function absolute(link: string): string {
  return new URL(link, globalThis.location?.href ?? 'http://localhost/').href
}

function styleOf({ math, code, link }: Marks): string | false {
  if (math === true) return 'InlineFormula'
  return code === true ? 'InlineCode' : link !== undefined && 'Hyperlink'
}

function writeLine(text: string, isNext: boolean, marks: Marks, shade: Shade): TextRun {
  const { bold, italic, underline, strike, color, highlight } = marks
  const style = styleOf(marks)
  return new TextRun({
    // Word has an element for each tab.
    children: xmlText(text)
      .split(/(\t)/)
      .map((part) => (part === '\t' ? new Tab() : part)),
    ...(isNext && { break: 1 }),
    ...(bold && { bold }),
    ...(italic && { italics: true }),
    ...(underline && { underline: {} }),
    ...(strike && { strike }),
    ...(isRightToLeft(text) && { rightToLeft: true }),
    ...(style && { style }),
    ...(color && { color: shade(color, 'text') }),
    ...(highlight && {
      shading: { type: ShadingType.CLEAR, color: 'auto', fill: shade(highlight, 'highlight') },
    }),
  })
}
