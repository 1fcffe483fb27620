import { TONES } from '../../../../page-document/attributes.js'
import type { BlockAttributes, BlockType } from '../../../../page-document/block.js'
import { STYLE_NAMES } from './looks.js'
import { attributeOf, childOf, childrenByName, childrenOf, numberOf } from './xml.js'

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
const MAX_NAME = 1_000

/** What is read of a style, once: it may be that of each word. */
interface Style {
  readonly name: string
  readonly basedOn: string
  /** The properties of paragraphs and of text with it. */
  readonly properties: { readonly [group in Group]: ReadonlyMap<string, Element> }
}

type Group = 'w:pPr' | 'w:rPr'

/** The styles of a file, by id. */
export class Styles {
  readonly #styles: ReadonlyMap<string, Style>
  readonly #kinds = new Map<string, Kind | undefined>()

  constructor(root: Element | undefined) {
    this.#styles = new Map(
      childrenOf(root, 'w:style').map((element) => [
        attributeOf(element, 'styleId') ?? '',
        readStyle(element),
      ]),
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
    return this.#chainOf(id).some(({ name }) => INLINE_CODE.test(name.toLowerCase()))
  }

  /** Returns whether text with a style is LaTeX. */
  isFormula(id: string): boolean {
    return this.#chainOf(id).some(({ name }) => name === STYLE_NAMES.formula)
  }

  /** Returns whether a style is that of links, whose color and line nobody chose. */
  isLink(id: string): boolean {
    return this.#chainOf(id).some(({ name }) => LINK.test(name.toLowerCase()))
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
    const { name = '' } = this.#styles.get(id ?? '') ?? {}
    const [, level] = /^list (?:bullet|number) ([2-5])$/.exec(name.toLowerCase()) ?? []
    return level === undefined ? 0 : Number(level) - 1
  }

  #find(id: string | undefined, group: Group, name: string): Element | undefined {
    for (const { properties } of this.#chainOf(id)) {
      const found = properties[group].get(name)
      if (found !== undefined) return found
    }
    return undefined
  }

  #findKind(id: string): Kind | undefined {
    for (const { name, properties } of this.#chainOf(id)) {
      const outline = numberOf(properties['w:pPr'].get('w:outlineLvl'))
      const kind = kindOfName(name.toLowerCase(), name) ?? headingAt(outline)
      if (kind !== undefined) return kind
    }
    return undefined
  }

  #chainOf(id: string | undefined): readonly Style[] {
    const chain: Style[] = []
    let style = this.#styles.get(id ?? '')
    while (style !== undefined && chain.length < MAX_CHAIN) {
      chain.push(style)
      style = this.#styles.get(style.basedOn)
    }
    return chain
  }
}

const readStyle = (element: Element): Style => ({
  name: (attributeOf(childOf(element, 'w:name')) ?? '').slice(0, MAX_NAME),
  basedOn: attributeOf(childOf(element, 'w:basedOn')) ?? '',
  properties: {
    'w:pPr': childrenByName(childOf(element, 'w:pPr')),
    'w:rPr': childrenByName(childOf(element, 'w:rPr')),
  },
})

/** Returns the kind of a heading at a level of the outline, counted from 0; `undefined` for text. */
export function headingAt(level: number | undefined): Kind | undefined {
  if (level === undefined || level < 0 || level > 8) return undefined
  return { type: 'heading', attributes: { level: Math.min(level + 1, LEVELS) } }
}

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
