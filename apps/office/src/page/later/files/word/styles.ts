import { TONES } from '../../../../page-document/attributes.js'
import type { BlockAttributes, BlockType } from '../../../../page-document/block.js'
import { STYLE_NAMES } from './looks.js'
import { attributeOf, childOf, childrenOf, numberOf } from './xml.js'

/** What a style says about the kind of a paragraph. */
export type Kind =
  | { readonly type: BlockType; readonly attributes: BlockAttributes }
  | { readonly type: 'caption' | 'gap' | 'lines' }

const HEADING = /^(?:heading|标题) ?([1-9])$/
const CODE = /^code(?: (.+))?$/
const LINES_OF_CODE = /^(?:source code|html preformatted|preformatted text|plain text)$/
const QUOTE = /^(?:intense quote|quote|quotations?|block text)$/
const CALLOUT = /^callout(?: (\w+))?$/
const CAPTION = /^(?:caption|image caption)$/
const LINK = /^(?:followed ?hyperlink|hyperlink|internet link)$/
const INLINE_CODE = /^(?:inline ?code|html code|verbatim char|source text)$/
const LEVELS = 6
/** Styles are based on others less deeply than this. */
const MAX_CHAIN = 20

/** The styles of a file, by id. */
export class Styles {
  readonly #styles: ReadonlyMap<string, Element>
  readonly #kinds = new Map<string, Kind | undefined>()

  constructor(root: Element | undefined) {
    this.#styles = new Map(
      childrenOf(root, 'w:style').map((style) => [attributeOf(style, 'styleId') ?? '', style]),
    )
  }

  /** Returns the kind of paragraphs with a style, which may be based on another that has it. */
  kindOf(id: string | undefined): Kind | undefined {
    if (id === undefined) return undefined
    if (!this.#kinds.has(id)) this.#kinds.set(id, this.#findKind(id))
    return this.#kinds.get(id)
  }

  /** Returns whether text with a style is code. */
  isCode(id: string): boolean {
    return this.#chainOf(id).some((style) => INLINE_CODE.test(calledOf(style)))
  }

  /** Returns whether text with a style is LaTeX. */
  isFormula(id: string): boolean {
    return this.#chainOf(id).some((style) => nameOfStyle(style) === STYLE_NAMES.formula)
  }

  /** Returns whether a style is that of links, whose color and line nobody chose. */
  isLink(id: string): boolean {
    return this.#chainOf(id).some((style) => LINK.test(calledOf(style)))
  }

  /** Returns a property of paragraphs with a style. */
  paragraphProperty(id: string | undefined, name: string): Element | undefined {
    return this.#find(id, 'w:pPr', name)
  }

  /** Returns a property of text with a style. */
  textProperty(id: string | undefined, name: string): Element | undefined {
    return this.#find(id, 'w:rPr', name)
  }

  /** Returns the level in lists of a style that Word has for each. @example 'List Bullet 2' // 1 */
  listLevelOf(id: string | undefined): number {
    const style = this.#styles.get(id ?? '')
    const [, level] = /^list (?:bullet|number) ([2-5])$/.exec(calledOf(style)) ?? []
    return level === undefined ? 0 : Number(level) - 1
  }

  #find(id: string | undefined, group: string, name: string): Element | undefined {
    for (const style of this.#chainOf(id)) {
      const found = childOf(childOf(style, group), name)
      if (found !== undefined) return found
    }
    return undefined
  }

  #findKind(id: string): Kind | undefined {
    for (const style of this.#chainOf(id)) {
      const kind = kindOfName(calledOf(style), nameOfStyle(style)) ?? outlined(style)
      if (kind !== undefined) return kind
    }
    return undefined
  }

  #chainOf(id: string | undefined): readonly Element[] {
    const chain: Element[] = []
    let style = this.#styles.get(id ?? '')
    while (style !== undefined && chain.length < MAX_CHAIN) {
      chain.push(style)
      style = this.#styles.get(attributeOf(childOf(style, 'w:basedOn')) ?? '')
    }
    return chain
  }
}

/** Returns the kind of a heading at a level of the outline, counted from 0; `undefined` for text. */
export function headingAt(level: number | undefined): Kind | undefined {
  if (level === undefined || level < 0 || level > 8) return undefined
  return { type: 'heading', attributes: { level: Math.min(level + 1, LEVELS) } }
}

const nameOfStyle = (style: Element | undefined): string =>
  attributeOf(childOf(style, 'w:name')) ?? ''
const calledOf = (style: Element | undefined): string => nameOfStyle(style).toLowerCase()

const outlined = (style: Element): Kind | undefined =>
  headingAt(numberOf(childOf(childOf(style, 'w:pPr'), 'w:outlineLvl')))

function kindOfName(called: string, name: string): Kind | undefined {
  const [, level] = HEADING.exec(called) ?? []
  if (level !== undefined) return headingAt(Number(level) - 1)
  if (called === 'title') return headingAt(0)
  if (QUOTE.test(called)) return { type: 'quote', attributes: {} }
  if (LINES_OF_CODE.test(called)) return { type: 'lines' }
  if (CAPTION.test(called)) return { type: 'caption' }
  if (called === 'belowtable') return { type: 'gap' }
  if (called === 'horizontal line') return { type: 'rule', attributes: {} }
  return codeNamed(called, name) ?? calloutNamed(called)
}

function codeNamed(called: string, name: string): Kind | undefined {
  if (!CODE.test(called)) return undefined
  const language = name.slice('code '.length)
  return { type: 'code', attributes: language === '' ? {} : { language } }
}

function calloutNamed(called: string): Kind | undefined {
  const [found, said] = CALLOUT.exec(called) ?? []
  if (found === undefined) return undefined
  const tone = TONES.find((each) => each === said)
  return { type: 'callout', attributes: tone === undefined ? {} : { tone } }
}
