/** The type of a block of a page. @see PAGE.md PF3 */
export type BlockType =
  | 'paragraph'
  | 'heading'
  | 'bullet'
  | 'number'
  | 'task'
  | 'toggle'
  | 'quote'
  | 'callout'
  | 'code'
  | 'image'
  | 'rule'
  | 'table'
  | 'unknown'

/** A color of text or of its background, as a name: each look has its own shades. @see PAGE.md PE1 */
export type Color = 'gray' | 'red' | 'orange' | 'yellow' | 'green' | 'blue' | 'purple' | 'pink'

/** How lines are aligned; the start is the default. @see PAGE.md PE2 */
export type Alignment = 'center' | 'end' | 'justify'

/** What a callout is about; information is the default. @see PAGE.md PE18 */
export type Tone = 'tip' | 'warning' | 'danger'

/** The attributes of a block beside its type; defaults are left out. */
export interface BlockAttributes {
  /** 1 to 6. */
  readonly level?: number
  /** 1 to 8. */
  readonly indent?: number
  readonly align?: Alignment
  readonly checked?: true
  /** The first number of a list. */
  readonly start?: number
  readonly language?: string
  readonly tone?: Tone
  readonly src?: string
  readonly alt?: string
  /** What is shown below an image. */
  readonly title?: string
  /** The width of an image in percent of the text's. */
  readonly width?: number
  /** Whether the first row of a table is a header. */
  readonly header?: true
}

/** The marks of a piece of text; those that are off are left out. */
export interface Marks {
  readonly bold?: true
  readonly italic?: true
  readonly underline?: true
  readonly strike?: true
  readonly code?: true
  /** The text is a formula in LaTeX. @see PAGE.md PE30 */
  readonly math?: true
  readonly color?: Color
  /** The color behind the text. */
  readonly highlight?: Color
  /** The target of a link. */
  readonly link?: string
  /** Marks that this version doesn't know, as JSON, so that they are kept. */
  readonly unknown?: string
}

/** A piece of text with the same marks throughout. A line break within a block is `\n`. */
export interface Run {
  readonly text: string
  readonly marks: Marks
}

/** A table. An id that is `null` belongs to something new, and is assigned when it is written. */
export interface Table {
  readonly id: string | null
  readonly rows: readonly (string | null)[]
  readonly columns: readonly (string | null)[]
  /** The blocks of each cell, by row and then by column. */
  readonly cells: readonly (readonly (readonly Block[])[])[]
  /** The widths of columns in pixels, by id; those that are left out share what is left. */
  readonly sizes?: { readonly [column: string]: number }
  /** The colors of cells, by `<row>/<column>`. */
  readonly fills?: { readonly [cell: string]: Color }
}

/** A block of a page. It is never changed, only replaced. */
export interface Block {
  readonly type: BlockType
  readonly attributes: BlockAttributes
  /** Empty for a block without text. */
  readonly content: readonly Run[]
  readonly table?: Table
}

/** The character that stands for an element within a line that this version doesn't know. */
export const EMBED = '\u0001'

const ATOMS: ReadonlySet<BlockType> = new Set(['image', 'rule', 'table', 'unknown'])

/** Returns whether a block has no text of its own. */
export const isAtom = ({ type }: Pick<Block, 'type'>): boolean => ATOMS.has(type)

/** Returns a paragraph without attributes. */
export function paragraph(text = ''): Block {
  return { type: 'paragraph', attributes: {}, content: text === '' ? [] : [{ text, marks: {} }] }
}

/** Returns whether a block is what an empty page shows. */
export const isEmptyParagraph = ({ type, attributes, content }: Block): boolean =>
  type === 'paragraph' && content.length === 0 && Object.keys(attributes).length === 0

/** Returns the text of a block without its marks. */
export const textOf = ({ content }: Block): string => content.map(({ text }) => text).join('')

/** Returns whether two blocks are equal, including the contents of tables. */
export function sameBlock(one: Block, other: Block): boolean {
  if (one === other) return true
  return (
    one.type === other.type &&
    sameFields(one.attributes, other.attributes) &&
    sameRuns(one.content, other.content) &&
    sameTable(one.table, other.table)
  )
}

/** Returns whether two lists of blocks are equal. */
export const sameBlocks = (one: readonly Block[], other: readonly Block[]): boolean =>
  sameLists(one, other, sameBlock)

/** Returns whether two flat records have the same values. */
export function sameFields(one: object, other: object): boolean {
  const keys = Object.keys(one)
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Reflect.get(one, key) === Reflect.get(other, key))
  )
}

/** Returns whether two lists have the same length and equal elements. */
function sameLists<T>(
  one: readonly T[],
  other: readonly T[],
  same: (a: T, b: T) => boolean,
): boolean {
  return one.length === other.length && one.every((item, at) => same(item, other[at]!))
}

const sameRuns = (one: readonly Run[], other: readonly Run[]): boolean =>
  sameLists(one, other, (a, b) => a.text === b.text && sameFields(a.marks, b.marks))

const is = (a: unknown, b: unknown): boolean => a === b

function sameTable(one: Table | undefined, other: Table | undefined): boolean {
  if (one === undefined || other === undefined) return one === other
  return (
    one.id === other.id &&
    sameFields(one.sizes ?? {}, other.sizes ?? {}) &&
    sameFields(one.fills ?? {}, other.fills ?? {}) &&
    sameLists(one.rows, other.rows, is) &&
    sameLists(one.columns, other.columns, is) &&
    sameLists(one.cells, other.cells, (a, b) => sameLists(a, b, sameBlocks))
  )
}

/** Joins neighboring runs that have the same marks. */
export function joinRuns(runs: readonly Run[]): readonly Run[] {
  const joined: Run[] = []
  for (const run of runs) {
    const last = joined.at(-1)
    if (run.text === '') continue
    if (last !== undefined && sameFields(last.marks, run.marks)) {
      joined[joined.length - 1] = { text: last.text + run.text, marks: last.marks }
    } else joined.push(run)
  }
  return joined
}
