import type { BlockAttributes, BlockType } from '../../../../page-document/block.js'
import { MAX_INDENT } from '../../../../page-document/attributes.js'
import { SIGNS } from './looks.js'
import type { Styles } from './styles.js'
import { attributeOf, childOf, childrenOf, numberOf } from './xml.js'

/** An item of a list. */
export interface Item {
  readonly type: BlockType
  readonly attributes: BlockAttributes
  /** Its number; `undefined` for one that isn't numbered. */
  readonly count?: number
}

const DONE = /[☑☒]/
const TO_DO = '☐'

/** The lists of a file, with the numbers that they have reached. */
export class NumberingReader {
  readonly #styles: Styles
  readonly #abstract: ReadonlyMap<string, Element>
  readonly #lists: ReadonlyMap<string, Element>
  /** The last numbers by level, of each list that shares its definition with others. */
  readonly #counts = new Map<string, number[]>()
  readonly #begun = new Set<string>()

  constructor(root: Element | undefined, styles: Styles) {
    this.#styles = styles
    const byId = (name: string, id: string) =>
      new Map(childrenOf(root, name).map((element) => [attributeOf(element, id) ?? '', element]))
    this.#abstract = byId('w:abstractNum', 'abstractNumId')
    this.#lists = byId('w:num', 'numId')
  }

  /** Returns the item that a paragraph is, by its own properties or those of its style. */
  read(own: Element | undefined, style: string | undefined): Item | undefined {
    const said = own ?? this.#styles.paragraphProperty(style, 'w:numPr')
    const id = attributeOf(childOf(said, 'w:numId'))
    if (id === undefined || id === '0') return undefined
    const definition = this.#definitionOf(id)
    if (definition === undefined) return undefined
    const level = numberOf(childOf(said, 'w:ilvl')) ?? this.#levelOf(definition, style)
    const indent = Math.min(Math.max(level, 0), MAX_INDENT)
    return this.#itemAt(id, definition, indent)
  }

  #itemAt(id: string, definition: Element, indent: number): Item | undefined {
    const override = childrenOf(this.#lists.get(id), 'w:lvlOverride').find(
      (each) => numberOf(each, 'ilvl') === indent,
    )
    const level = childOf(override, 'w:lvl') ?? levelsOf(definition)[indent]
    const format = attributeOf(childOf(level, 'w:numFmt')) ?? 'decimal'
    const text = attributeOf(childOf(level, 'w:lvlText')) ?? ''
    const attributes: BlockAttributes = indent === 0 ? {} : { indent }
    if (format === 'none') return undefined
    if (format === 'bullet') return { type: 'bullet', attributes, ...signed(text, attributes) }
    const start = numberOf(childOf(override, 'w:startOverride'))
    const count = this.#count(id, indent, start, numberOf(childOf(level, 'w:start')) ?? 1)
    return { type: 'number', attributes, count }
  }

  /** Lists with the same definition go on counting, unless one says that it begins again. */
  #count(id: string, level: number, override: number | undefined, start: number): number {
    const definition = attributeOf(childOf(this.#lists.get(id), 'w:abstractNumId')) ?? ''
    const counts = this.#counts.get(definition) ?? []
    this.#counts.set(definition, counts)
    const isFirst = !this.#begun.has(`${id} ${level}`)
    this.#begun.add(`${id} ${level}`)
    const last = isFirst && override !== undefined ? override - 1 : (counts[level] ?? start - 1)
    counts.length = level
    counts[level] = last + 1
    return last + 1
  }

  #definitionOf(id: string): Element | undefined {
    const own = this.#abstract.get(
      attributeOf(childOf(this.#lists.get(id), 'w:abstractNumId')) ?? '',
    )
    const linked = attributeOf(childOf(own, 'w:numStyleLink'))
    if (linked === undefined) return own
    const said = this.#styles.paragraphProperty(linked, 'w:numPr')
    const other = this.#lists.get(attributeOf(childOf(said, 'w:numId')) ?? '')
    return this.#abstract.get(attributeOf(childOf(other, 'w:abstractNumId')) ?? '') ?? own
  }

  /** Returns the level of a paragraph whose style alone makes it an item. */
  #levelOf(definition: Element, style: string | undefined): number {
    const named = levelsOf(definition).findIndex(
      (level) => attributeOf(childOf(level, 'w:pStyle')) === style && style !== undefined,
    )
    return Math.max(named, this.#styles.listLevelOf(style))
  }
}

function levelsOf(definition: Element): readonly Element[] {
  const levels: Element[] = []
  for (const level of childrenOf(definition, 'w:lvl')) {
    const at = numberOf(level, 'ilvl') ?? 0
    if (at >= 0 && at <= MAX_INDENT) levels[at] = level
  }
  return levels
}

/** Returns what an item with a sign before it is, if it isn't simply bulleted. */
function signed(
  sign: string,
  attributes: BlockAttributes,
): Partial<Pick<Item, 'type' | 'attributes'>> {
  if (sign === SIGNS.toggle) return { type: 'toggle' }
  if (DONE.test(sign)) return { type: 'task', attributes: { ...attributes, checked: true } }
  return sign.includes(TO_DO) ? { type: 'task' } : {}
}
