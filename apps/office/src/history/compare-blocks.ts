import diff from 'fast-diff'
import { sameBlock, textOf, type Block, type Run } from '../page-document/block.js'
import { findGaps } from '../page-document/match.js'

/** Whether a piece is in both versions, only in the one that is shown, or only in the other one. */
export type Fate = 'same' | 'added' | 'removed'

/** A piece of a block's text. */
export interface Piece {
  readonly fate: Fate
  readonly text: string
  readonly marks: Run['marks']
}

/** A block of one version or both. */
export interface ComparedBlock {
  readonly fate: Fate
  readonly block: Block
  readonly pieces: readonly Piece[]
}

const WORDS = /[\p{L}\p{N}]+|\s+|[^\p{L}\p{N}\s]/gu
/** Of more words, a block counts as replaced. */
const MOST_WORDS = 5_000

/** Compares the blocks of a version with those of another one. Blocks beside each other are compared word by word. */
export function compareBlocks(
  shown: readonly Block[],
  other: readonly Block[],
): readonly ComparedBlock[] {
  const compared: ComparedBlock[] = []
  let at = 0
  for (const gap of findGaps(other, shown, sameBlock)) {
    for (const block of shown.slice(at, gap.otherFrom)) compared.push(whole(block, 'same'))
    const [own, theirs] = [shown.slice(gap.otherFrom, gap.otherTo), other.slice(gap.from, gap.to)]
    for (const each of compareGap(own, theirs)) compared.push(each)
    at = gap.otherTo
  }
  return [...compared, ...shown.slice(at).map((block) => whole(block, 'same'))]
}

function compareGap(shown: readonly Block[], other: readonly Block[]): ComparedBlock[] {
  const compared: ComparedBlock[] = []
  for (let at = 0; at < Math.max(shown.length, other.length); at++) {
    const [now, then] = [shown[at], other[at]]
    const isChanged = now !== undefined && then !== undefined && isAlike(now, then)
    if (isChanged) compared.push({ fate: 'same', block: now, pieces: piecesOf(now, then) })
    else {
      if (then !== undefined) compared.push(whole(then, 'removed'))
      if (now !== undefined) compared.push(whole(now, 'added'))
    }
  }
  return compared
}

/** Returns whether two blocks are worth comparing: both have text. */
function isAlike(one: Block, other: Block): boolean {
  return one.content.length > 0 && other.content.length > 0 && !one.table && !other.table
}

function whole(block: Block, fate: Fate): ComparedBlock {
  return { fate, block, pieces: block.content.map((run) => ({ ...run, fate: 'same' })) }
}

function piecesOf(shown: Block, other: Block): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  for (const [kind, text] of wordsOf(textOf(other), textOf(shown))) {
    if (kind === diff.DELETE) {
      pieces.push({ fate: 'removed', text, marks: {} })
      continue
    }
    const fate = kind === diff.INSERT ? 'added' : 'same'
    pieces.push(
      ...cut(shown.content, at, at + text.length).map((run) => ({ ...run, fate }) as const),
    )
    at += text.length
  }
  return pieces
}

/** Compares texts word by word, by giving each word a character of its own. */
function wordsOf(from: string, to: string): readonly diff.Diff[] {
  const [before, after] = [from, to].map((text) => text.match(WORDS) ?? [])
  if (before!.length + after!.length > MOST_WORDS) {
    return [
      [diff.DELETE, from],
      [diff.INSERT, to],
    ]
  }
  const codes = new Map<string, string>()
  const encode = (word: string) => {
    const code = codes.get(word) ?? String.fromCharCode(0x100 + codes.size)
    codes.set(word, code)
    return code
  }
  const [encodedFrom, encodedTo] = [before!, after!].map((words) => words.map(encode).join(''))
  const words = new Map([...codes].map(([word, code]) => [code, word]))
  return diff(encodedFrom!, encodedTo!).map(([kind, text]) => [
    kind,
    text
      .split('')
      .map((code) => words.get(code)!)
      .join(''),
  ])
}

/** Returns a part of a text with its marks. */
function cut(runs: readonly Run[], from: number, to: number): Run[] {
  let at = 0
  return runs.flatMap(({ text, marks }) => {
    const part = text.slice(Math.max(0, from - at), Math.max(0, to - at))
    at += text.length
    return part === '' ? [] : [{ text: part, marks }]
  })
}
