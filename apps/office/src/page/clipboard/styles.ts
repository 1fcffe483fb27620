import { isSafeLink } from '../../page-document/links.js'
import { COLORS } from '../../page-document/attributes.js'
import type { Alignment, BlockAttributes, BlockType, Marks } from '../../page-document/block.js'

const BOLD_FROM = 600
const WPS_MARK = /^\S{1,6}\s+$/
const MONOSPACE = /mono|consolas|courier|menlo/i
const LANGUAGE = /(?:^|\s)(?:language|lang|highlight-source)-([\w+#-]{1,40})/
const MARKS: { readonly [tag: string]: Marks } = {
  STRONG: { bold: true },
  EM: { italic: true },
  I: { italic: true },
  U: { underline: true },
  INS: { underline: true },
  S: { strike: true },
  DEL: { strike: true },
  STRIKE: { strike: true },
  CODE: { code: true },
  TT: { code: true },
  KBD: { code: true },
  SAMP: { code: true },
  'TEX-MATH': { math: true },
}

const ALIGNMENTS: { readonly [said: string]: Alignment } = {
  center: 'center',
  right: 'end',
  end: 'end',
}

/** Returns how a block is aligned; Word justifies nearly everything, so that isn't taken. */
export function alignmentOf({
  style,
  dataset,
  align = '',
}: HTMLElement & { readonly align?: string }): BlockAttributes {
  const own = dataset['align'] === 'justify' ? 'justify' : undefined
  const found = own ?? ALIGNMENTS[style.textAlign || align.toLowerCase()]
  return found === undefined ? {} : { align: found }
}

/** Returns the marks of text within an element, including those around the element. */
export function marksWithin(element: HTMLElement, around: Marks): Marks {
  const { tagName, style } = element
  const href = tagName === 'A' ? element.getAttribute('href') : null
  const isLink = isSafeLink(href)
  const marks: { -readonly [Name in keyof Marks]: Marks[Name] } = { ...around, ...MARKS[tagName] }
  const weight = weightOf(element)
  if (weight === true) marks.bold = true
  else if (weight === false) delete marks.bold
  if (style.fontStyle === 'italic') marks.italic = true
  else if (style.fontStyle === 'normal') delete marks.italic
  const line = `${style.textDecoration} ${style.textDecorationLine}`
  // Links are underlined anyway, so the underline of a link was not chosen.
  if (line.includes('underline') && !isLink && around.link === undefined) marks.underline = true
  if (line.includes('line-through')) marks.strike = true
  if (isLink) marks.link = href!
  const color = COLORS.find((each) => each === element.dataset['color'])
  if (tagName === 'MARK') marks.highlight = color ?? 'yellow'
  else if (color !== undefined) marks.color = color
  return marks
}

/**
 * Returns whether text is bold; `undefined` if it is like the text around. Google wraps everything
 * in a `b` that isn't bold.
 */
function weightOf({ tagName, style }: HTMLElement): boolean | undefined {
  const { fontWeight } = style
  if (fontWeight === '') return tagName === 'B' ? true : undefined
  if (fontWeight === 'bold' || fontWeight === 'bolder') return true
  return Number(fontWeight) >= BOLD_FROM
}

/** Returns whether this is code from a code editor, which puts it on the clipboard line by line. */
export const isCodeLines = ({ style }: HTMLElement): boolean =>
  style.whiteSpace.startsWith('pre') && MONOSPACE.test(style.fontFamily)

/** Returns the language of code, if it is given. */
export function languageOf(pre: Element): BlockAttributes {
  const said = [pre, pre.firstElementChild, pre.parentElement]
  const [, language] = LANGUAGE.exec(said.map((each) => each?.className ?? '').join(' ')) ?? []
  return language === undefined ? {} : { language }
}

/** Reads a list item from Word: a paragraph that has the bullet or number as text. */
export function readWordItem(element: HTMLElement) {
  const [, level] = /mso-list:[^;]*level(\d)/.exec(element.getAttribute('style') ?? '') ?? []
  if (level === undefined) return undefined
  const mark = element.querySelector<HTMLElement>(
    '[style*="mso-list:Ignore"], [style*="mso-list: Ignore"]',
  )
  if (mark === null) return readWpsItem(element, Number(level) - 1)
  const text = mark.textContent.trim()
  mark.remove()
  return { indent: Number(level) - 1, ...kindOfMark(text) }
}

/**
 * Reads a list item from WPS Writer, whose first span is the bullet or number if it ends with a
 * blank.
 */
function readWpsItem(element: HTMLElement, indent: number) {
  const first = element.firstElementChild
  const isMark = first !== null && WPS_MARK.test(first.textContent)
  const text = isMark ? first.textContent.trim() : ''
  if (isMark) first.remove()
  return { indent, ...kindOfMark(text) }
}

function kindOfMark(mark: string): {
  readonly type: BlockType
  readonly checked?: true
  readonly start?: number
} {
  if (/^[☐☑☒]/.test(mark))
    return mark.startsWith('☐') ? { type: 'task' } : { type: 'task', checked: true }
  const [, number] = /^(\d+)[.)]/.exec(mark) ?? []
  if (number !== undefined) return { type: 'number', start: Number(number) }
  return /^[a-z]{1,4}[.)]/i.test(mark) ? { type: 'number' } : { type: 'bullet' }
}

/** Reads an item's check box, which GitHub, Notion and Google each write in their own way. */
export function readBox(item: HTMLElement): { readonly checked: boolean } | undefined {
  const box = item.querySelector('input[type=checkbox]')
  if (box !== null && box.closest('li') === item) {
    return { checked: box.hasAttribute('checked') }
  }
  const notion = item.querySelector('.checkbox')
  if (notion !== null && notion.closest('li') === item) {
    return { checked: notion.classList.contains('checkbox-on') }
  }
  const said = item.getAttribute('aria-checked') ?? item.dataset['checked']
  return said === undefined ? undefined : { checked: said === 'true' }
}
