/** What a block of a page is. @see PAGE.md PF3 */
export type BlockType =
  | 'paragraph'
  | 'heading'
  | 'bullet'
  | 'number'
  | 'task'
  | 'quote'
  | 'code'
  | 'image'
  | 'rule'
  | 'table'
  | 'unknown'

/** What is said of a block beside its type; only what isn't so by itself. */
export interface BlockAttributes {
  /** 1 to 6. */
  readonly level?: number
  /** 1 to 8. */
  readonly indent?: number
  readonly checked?: true
  /** The number that a list begins with. */
  readonly start?: number
  readonly language?: string
  readonly src?: string
  readonly alt?: string
  readonly title?: string
  /** Whether the first row of a table is its head. */
  readonly header?: true
}

/** The marks of a piece of text; only those that are on. */
export interface Marks {
  readonly bold?: true
  readonly italic?: true
  readonly underline?: true
  readonly strike?: true
  readonly code?: true
  /** Where a link leads. */
  readonly link?: string
  /** What this version doesn't know, as JSON, so that it stays. */
  readonly unknown?: string
}

/** A piece of text with the same marks throughout. A line break within a block is `\n`. */
export interface Run {
  readonly text: string
  readonly marks: Marks
}

/** A table; `null` stands for what is new, and gets an id when it is written. */
export interface Table {
  readonly id: string | null
  readonly rows: readonly (string | null)[]
  readonly columns: readonly (string | null)[]
  /** For each row, for each column, the blocks of the cell. */
  readonly cells: readonly (readonly (readonly Block[])[])[]
}

/** A block of a page. Never changed, only replaced. */
export interface Block {
  readonly type: BlockType
  readonly attributes: BlockAttributes
  /** Empty in what has no text. */
  readonly content: readonly Run[]
  readonly table?: Table
}

/** Stands in text for something within a line that this version doesn't know. */
export const EMBED = '\u0001'

const ATOMS: ReadonlySet<BlockType> = new Set(['image', 'rule', 'table', 'unknown'])

/** Whether a block has no text of its own. */
export const isAtom = ({ type }: Pick<Block, 'type'>): boolean => ATOMS.has(type)

/** A block with nothing said about it. */
export function paragraph(text = ''): Block {
  return { type: 'paragraph', attributes: {}, content: text === '' ? [] : [{ text, marks: {} }] }
}

/** Whether this is what stands where nobody has written anything. */
export const isEmptyParagraph = ({ type, attributes, content }: Block): boolean =>
  type === 'paragraph' && content.length === 0 && Object.keys(attributes).length === 0

/** The text of a block without its marks. */
export const textOf = ({ content }: Block): string => content.map(({ text }) => text).join('')

/** Whether two blocks are the same in everything, the contents of tables included. */
export function sameBlock(one: Block, other: Block): boolean {
  if (one === other) return true
  return (
    one.type === other.type &&
    sameFields(one.attributes, other.attributes) &&
    sameRuns(one.content, other.content) &&
    sameTable(one.table, other.table)
  )
}

/** Whether two lists of blocks are the same. */
export const sameBlocks = (one: readonly Block[], other: readonly Block[]): boolean =>
  sameLists(one, other, sameBlock)

/** Whether two flat records say the same. */
export function sameFields(one: object, other: object): boolean {
  const keys = Object.keys(one)
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Reflect.get(one, key) === Reflect.get(other, key))
  )
}

/** Whether two lists have the same length and the same in each place. */
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
    sameLists(one.rows, other.rows, is) &&
    sameLists(one.columns, other.columns, is) &&
    sameLists(one.cells, other.cells, (a, b) => sameLists(a, b, sameBlocks))
  )
}

/** Text with marks, put together where the marks are the same. */
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
