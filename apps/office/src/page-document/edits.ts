import diff from 'fast-diff'
import { EMBED, isAtom, type Block, type Marks, type Run } from './block.js'
import { cleanText, type Entry } from './flow.js'
import { findGaps, type Gap } from './match.js'

/** A character of a text, or the marker at the end of a block. */
type Token =
  | { readonly char: string; readonly marks: Marks }
  | { readonly char: string; readonly block: Block }

/**
 * An edit of a text in the document. Edits are in the order of the text; each position counts in
 * those before it.
 */
export type Edit =
  | { readonly type: 'insert'; readonly at: number; readonly text: string; readonly marks: Marks }
  | { readonly type: 'delete'; readonly at: number; readonly length: number }
  | {
      readonly type: 'mark'
      readonly at: number
      readonly length: number
      readonly before: Marks
      readonly after: Marks
    }
  | { readonly type: 'insert-marker'; readonly at: number; readonly block: Block }
  | {
      readonly type: 'set-marker'
      readonly at: number
      readonly before: Block
      readonly after: Block
    }

/**
 * The caret before and after the edit, in characters of the text. It tells which of two equal
 * letters was typed.
 */
export interface CaretHint {
  readonly before: number
  /** The length of the selection, which the edit removes as a whole, whatever replaces it. */
  readonly length?: number
  readonly after: number
}

const END = '\u0000'
const ATOM = '\u0002'
const FIRST_TABLE = 0x0e
const TABLES = 0x12
// In the worst case the comparison takes as many steps as the product of the lengths.
const MAX_DIFF = 4_000_000
/** In words; a longer text that was pasted over another one is replaced as a whole. */
const MAX_WORD_DIFF = 16_000_000
const WORDS = /[^\s\p{Cc}]+ ?|[\s\p{Cc}]/gu
/**
 * The number of different words that fit below the surrogates, which the comparison would treat as
 * pairs.
 */
const MAX_WORDS = 0xd000

/**
 * Returns the fewest edits that turn a text's blocks into others. Text that stays is never deleted
 * and inserted again, since what others write into it at the same time would be lost.
 */
export function findEdits(
  entries: readonly Entry[],
  blocks: readonly Block[],
  same: (a: Block, b: Block) => boolean,
  hint?: CaretHint,
): readonly Edit[] {
  const gaps = findGaps(entries, blocks, (entry, block) => same(entry.block, block))
  const edits: Edit[] = []
  let shift = 0
  let passed = 0
  let start = 0
  for (const gap of gaps.map((each) => withOpen(each, entries))) {
    for (; passed < gap.from; passed++) start += entries[passed]!.length
    const writer = new GapWriter(start + shift)
    const before = entries.slice(gap.from, gap.to)
    const after = blocks.slice(gap.otherFrom, gap.otherTo)
    const old = before.flatMap(tokensOfEntry)
    const within = hint && cutHint(hint, start, shift, old.length)
    writer.write(old, after.flatMap(tokensOf), within)
    for (const edit of writer.edits) edits.push(edit)
    shift += writer.grown
  }
  return edits
}

/** A text without a marker ends where an atom follows. If that changes, the text gets a marker of its own. */
function withOpen(gap: Gap, entries: readonly Entry[]): Gap {
  if (entries[gap.from - 1]?.marker !== null) return gap
  return { ...gap, from: gap.from - 1, otherFrom: gap.otherFrom - 1 }
}

/** Returns the hint for one stretch of the text. */
function cutHint(hint: CaretHint, start: number, shift: number, size: number): CaretHint {
  const from = hint.before - start
  const after = hint.after - start - shift
  const { length = 0 } = hint
  if (length === 0) return { before: from, after }
  const before = Math.max(0, from)
  return { before, length: Math.min(size, from + length) - before, after }
}

const tokensOfEntry = ({ block, marker }: Entry): Token[] =>
  marker === null ? textTokens(block.content) : tokensOf(block)

const tokensOf = (block: Block): Token[] => [
  ...textTokens(block.content),
  { char: markerChar(block), block },
]

function markerChar(block: Block): string {
  if (!isAtom(block)) return END
  const id = block.table?.id
  if (id === undefined || id === null) return ATOM
  // Different characters keep the comparison from matching one table with another.
  const sum = id.split('').reduce((total, char) => total * 31 + char.charCodeAt(0), 7)
  return String.fromCharCode(FIRST_TABLE + (sum % TABLES))
}

// The text is cleaned as it is written, since a control character would look like a block's marker.
const textTokens = (runs: readonly Run[]): Token[] =>
  runs.flatMap(({ text, marks }) => cleanShown(text, marks))

/** Returns the characters of shown text; those that stand for unknown elements are kept. */
const cleanShown = (text: string, marks: Marks): Token[] => {
  const cleaned = text.split(EMBED).map(cleanText).join(EMBED)
  return cleaned.split('').map((char) => ({ char, marks }))
}

class GapWriter {
  readonly edits: Edit[] = []
  /** How much longer the text has become. */
  grown = 0
  #at: number

  constructor(start: number) {
    this.#at = start
  }

  write(before: readonly Token[], after: readonly Token[], hint: CaretHint | undefined): void {
    let [old, now] = [0, 0]
    for (const [kind, length] of compareTokens(before, after, hint)) {
      if (kind === diff.DELETE) this.#delete(length)
      else if (kind === diff.INSERT) this.#insert(after.slice(now, now + length))
      else this.#keep(before.slice(old, old + length), after.slice(now, now + length))
      if (kind !== diff.INSERT) old += length
      if (kind !== diff.DELETE) now += length
    }
  }

  #delete(length: number): void {
    this.edits.push({ type: 'delete', at: this.#at, length })
    this.grown -= length
  }

  #insert(tokens: readonly Token[]): void {
    for (const token of tokens) {
      const last = this.edits.at(-1)
      if ('block' in token)
        this.edits.push({ type: 'insert-marker', at: this.#at, block: token.block })
      // An unknown element can't be inserted a second time.
      else if (token.char === EMBED) continue
      else if (
        last?.type === 'insert' &&
        last.marks === token.marks &&
        last.at + last.text.length === this.#at
      ) {
        this.edits[this.edits.length - 1] = { ...last, text: last.text + token.char }
      } else this.edits.push({ type: 'insert', at: this.#at, text: token.char, marks: token.marks })
      this.#at++
      this.grown++
    }
  }

  #keep(before: readonly Token[], after: readonly Token[]): void {
    for (const [index, token] of after.entries()) {
      const old = before[index]!
      if ('block' in token && 'block' in old) {
        this.edits.push({ type: 'set-marker', at: this.#at, before: old.block, after: token.block })
      } else if ('marks' in token && 'marks' in old && token.marks !== old.marks) {
        this.#mark(old.marks, token.marks)
      }
      this.#at++
    }
  }

  #mark(before: Marks, after: Marks): void {
    const last = this.edits.at(-1)
    const goesOn =
      last?.type === 'mark' &&
      last.before === before &&
      last.after === after &&
      last.at + last.length === this.#at
    if (goesOn) this.edits[this.edits.length - 1] = { ...last, length: last.length + 1 }
    else this.edits.push({ type: 'mark', at: this.#at, length: 1, before, after })
  }
}

type Stretch = readonly [kind: number, length: number]

function compareTokens(
  before: readonly Token[],
  after: readonly Token[],
  hint: CaretHint | undefined,
): readonly Stretch[] {
  const [from, to] = [before, after].map((tokens) => tokens.map(({ char }) => char).join(''))
  if (from!.length * to!.length > MAX_DIFF && !isSmallChange(from!, to!)) {
    return lengthsOf(slide(diffOfWords(from!, to!)))
  }
  const cursor = hint && cursorOf(hint, from!, to!)
  return lengthsOf(slide(diff(from!, to!, cursor)))
}

const lengthsOf = (diffs: readonly diff.Diff[]): readonly Stretch[] =>
  diffs.map(([kind, text]) => [kind, text.length])

/** Compares long texts word by word. */
function diffOfWords(from: string, to: string): readonly diff.Diff[] {
  const [before, after] = [from, to].map((text) => text.match(WORDS) ?? [])
  const codes = new Map<string, string>()
  const encode = (word: string): string => {
    const code = codes.get(word) ?? String.fromCharCode(codes.size + 1)
    codes.set(word, code)
    return code
  }
  const [encodedFrom, encodedTo] = [before!, after!].map((words) => words.map(encode).join(''))
  if (codes.size > MAX_WORDS || before!.length * after!.length > MAX_WORD_DIFF) {
    return [
      [diff.DELETE, from],
      [diff.INSERT, to],
    ]
  }
  let [a, b] = [0, 0]
  return diff(encodedFrom!, encodedTo!).map(([kind, { length }]): diff.Diff => {
    const words = kind === diff.INSERT ? after!.slice(b, b + length) : before!.slice(a, a + length)
    if (kind !== diff.INSERT) a += length
    if (kind !== diff.DELETE) b += length
    return [kind, words.join('')]
  })
}

function cursorOf({ before, length = 0, after }: CaretHint, from: string, to: string) {
  const isRange = length > 0 && isWithin(before + length, from)
  if (!isRange && !(length === 0 && isWithin(before, from) && isWithin(after, to))) return undefined
  return {
    oldRange: { index: before, length },
    newRange: { index: isRange ? 0 : after, length: 0 },
  }
}

const isWithin = (at: number, text: string): boolean => at >= 0 && at <= text.length

/** Returns whether nearly all of the text is common to the beginnings or ends of both. */
function isSmallChange(from: string, to: string): boolean {
  const shorter = Math.min(from.length, to.length)
  let start = 0
  while (start < shorter && from[start] === to[start]) start++
  let end = 0
  while (end < shorter - start && from.at(-1 - end) === to.at(-1 - end)) end++
  return (from.length - start - end) * (to.length - start - end) <= MAX_DIFF
}

/**
 * Moves a block that is inserted after another one behind that one's marker, so that what others
 * type at the end of the first block stays there.
 */
function slide(diffs: readonly diff.Diff[]): readonly diff.Diff[] {
  const slid = diffs.map(([kind, text]): diff.Diff => [kind, text])
  for (const [at, [kind, text]] of slid.entries()) {
    const next = slid[at + 1]
    const follows = next?.[0] === diff.EQUAL && text.startsWith(END) && next[1].startsWith(END)
    if (kind === diff.EQUAL || !follows) continue
    const before = slid[at - 1]
    // A change right before would be torn apart.
    if (before !== undefined && before[0] !== diff.EQUAL) continue
    slid[at] = [kind, text.slice(1) + END]
    slid[at + 1] = [diff.EQUAL, next[1].slice(1)]
    if (before === undefined) slid.unshift([diff.EQUAL, END])
    else slid[at - 1] = [diff.EQUAL, before[1] + END]
    return slid
  }
  return slid
}
