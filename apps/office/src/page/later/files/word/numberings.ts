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

/** What is read of a level of a list, once: it may be that of each paragraph. */
interface Level {
  readonly format: string
  readonly text: string
  readonly start: number
  /** The style whose paragraphs are at it. */
  readonly style: string | undefined
}

/** What a list has instead of its definition, at one level. */
interface Override {
  readonly level: Level | undefined
  readonly start: number | undefined
}

/** What says how a list looks. */
interface Definition {
  /** Lists with the same one go on counting. */
  readonly id: string
  readonly element: Element | undefined
}

/** The lists of a file, with the numbers that they have reached. */
export class NumberingReader {
  readonly #styles: Styles
  readonly #abstract: ReadonlyMap<string, Element>
  readonly #lists: ReadonlyMap<string, Element>
  readonly #definitions = new Map<string, Definition>()
  /** The last numbers by level, of each list that shares its definition with others. */
  readonly #counts = new Map<string, number[]>()
  readonly #begun = new Set<string>()
  readonly #levels = new Map<Element, readonly (Level | undefined)[]>()
  readonly #overrides = new Map<string, ReadonlyMap<number, Override>>()

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
    const definition = this.#definitionOf(id).element
    if (definition === undefined) return undefined
    const level = numberOf(childOf(said, 'w:ilvl')) ?? this.#levelOf(definition, style)
    const indent = Math.min(Math.max(level, 0), MAX_INDENT)
    return this.#itemAt(id, definition, indent)
  }

  #itemAt(id: string, definition: Element, indent: number): Item | undefined {
    const override = this.#overridesOf(id).get(indent)
    const level = override?.level ?? this.#levelsOf(definition)[indent]
    const { format = 'decimal', text = '', start = 1 } = level ?? {}
    const attributes: BlockAttributes = indent === 0 ? {} : { indent }
    if (format === 'none') return undefined
    if (format === 'bullet') return { type: 'bullet', attributes, ...signed(text, attributes) }
    const count = this.#count(id, indent, override?.start, start)
    return { type: 'number', attributes, count }
  }

  /** Lists with the same definition go on counting, unless one says that it begins again. */
  #count(id: string, level: number, override: number | undefined, start: number): number {
    const definition = this.#definitionOf(id)
    const counts = this.#counts.get(definition.id) ?? []
    this.#counts.set(definition.id, counts)
    const isFirst = !this.#begun.has(`${id} ${level}`)
    this.#begun.add(`${id} ${level}`)
    const last = isFirst && override !== undefined ? override - 1 : (counts[level] ?? start - 1)
    counts.length = level
    counts[level] = last + 1
    return last + 1
  }

  #definitionOf(list: string): Definition {
    const known = this.#definitions.get(list)
    if (known !== undefined) return known
    const id = attributeOf(childOf(this.#lists.get(list), 'w:abstractNumId')) ?? ''
    const definition = { id, element: this.#elementOf(id) }
    this.#definitions.set(list, definition)
    return definition
  }

  #elementOf(id: string): Element | undefined {
    const own = this.#abstract.get(id)
    const linked = attributeOf(childOf(own, 'w:numStyleLink'))
    if (linked === undefined) return own
    const said = this.#styles.paragraphProperty(linked, 'w:numPr')
    const other = this.#lists.get(attributeOf(childOf(said, 'w:numId')) ?? '')
    return this.#abstract.get(attributeOf(childOf(other, 'w:abstractNumId')) ?? '') ?? own
  }

  /** Returns the level of a paragraph whose style alone makes it an item. */
  #levelOf(definition: Element, style: string | undefined): number {
    const named = this.#levelsOf(definition).findIndex(
      (level) => level?.style === style && style !== undefined,
    )
    return Math.max(named, this.#styles.listLevelOf(style))
  }

  #levelsOf(definition: Element): readonly (Level | undefined)[] {
    const known = this.#levels.get(definition)
    if (known !== undefined) return known
    const levels: (Level | undefined)[] = []
    for (const level of childrenOf(definition, 'w:lvl')) {
      const at = numberOf(level, 'ilvl') ?? 0
      if (at >= 0 && at <= MAX_INDENT) levels[at] = readLevel(level)
    }
    this.#levels.set(definition, levels)
    return levels
  }

  #overridesOf(id: string): ReadonlyMap<number, Override> {
    const known = this.#overrides.get(id)
    if (known !== undefined) return known
    const overrides = new Map<number, Override>()
    for (const each of childrenOf(this.#lists.get(id), 'w:lvlOverride')) {
      const at = numberOf(each, 'ilvl')
      if (at === undefined || overrides.has(at)) continue
      const level = childOf(each, 'w:lvl')
      overrides.set(at, {
        level: level && readLevel(level),
        start: numberOf(childOf(each, 'w:startOverride')),
      })
    }
    this.#overrides.set(id, overrides)
    return overrides
  }
}

const readLevel = (level: Element): Level => ({
  format: attributeOf(childOf(level, 'w:numFmt')) ?? 'decimal',
  text: attributeOf(childOf(level, 'w:lvlText')) ?? '',
  start: numberOf(childOf(level, 'w:start')) ?? 1,
  style: attributeOf(childOf(level, 'w:pStyle')),
})

/** Returns what an item with a sign before it is, if it isn't simply bulleted. */
function signed(
  sign: string,
  attributes: BlockAttributes,
): Partial<Pick<Item, 'type' | 'attributes'>> {
  if (sign === SIGNS.toggle) return { type: 'toggle' }
  if (DONE.test(sign)) return { type: 'task', attributes: { ...attributes, checked: true } }
  return sign.includes(TO_DO) ? { type: 'task' } : {}
}
