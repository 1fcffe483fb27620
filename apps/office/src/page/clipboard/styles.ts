import { isSafeLink } from '../../page-document/links.js'
import type { BlockAttributes, BlockType, Marks } from '../../page-document/block.js'

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
}

/** The marks that an element gives to the text in it, beside those around it. */
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
  // That of a link is how it looks, not what was meant.
  if (line.includes('underline') && !isLink && around.link === undefined) marks.underline = true
  if (line.includes('line-through')) marks.strike = true
  if (isLink) marks.link = href!
  return marks
}

/** Whether text is bold, not bold, or as the text around. Google wraps all in a `b` that isn't. */
function weightOf({ tagName, style }: HTMLElement): boolean | undefined {
  const { fontWeight } = style
  if (fontWeight === '') return tagName === 'B' ? true : undefined
  if (fontWeight === 'bold' || fontWeight === 'bolder') return true
  return Number(fontWeight) >= BOLD_FROM
}

/** Whether this is code that an editor of code has put on the clipboard, line by line. */
export const isCodeLines = ({ style }: HTMLElement): boolean =>
  style.whiteSpace.startsWith('pre') && MONOSPACE.test(style.fontFamily)

/** The language of code, if it is said. */
export function languageOf(pre: Element): BlockAttributes {
  const said = [pre, pre.firstElementChild, pre.parentElement]
  const [, language] = LANGUAGE.exec(said.map((each) => each?.className ?? '').join(' ')) ?? []
  return language === undefined ? {} : { language }
}

/** What is on the clipboard as the item of a list by Word: a paragraph, with its mark as text. */
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

/** WPS Writer doesn't say which text is the mark: the first span, which ends with a blank. */
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

/** Whether an item has a box to be checked, and whether it is; GitHub, Notion and Google each in their way. */
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
