import type { Marks, Run } from '../../../page-document/block.js'
import { LINE, mayBegin } from '../math/formulas.js'

type Name = keyof Marks

/** From the outermost on. What Markdown has no signs for is HTML, which it may contain. */
const ORDER: readonly Name[] = [
  'link',
  'bold',
  'italic',
  'strike',
  'underline',
  'highlight',
  'code',
  'math',
]
const SIGNS: { readonly [name in Name]?: readonly [sign: string, tag: string] } = {
  bold: ['**', 'strong'],
  italic: ['*', 'em'],
  strike: ['~~', 's'],
}
const TAGS: { readonly [name in Name]?: string } = { underline: 'u', highlight: 'mark' }

const SPECIAL = /[\\`*[\]<~$]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|&(?=#?\w+;)/gu
/** What no reader of Markdown shows. */
const NOTHING = '<!-- -->'
const MARKER = /^(\s*)([#>+=-]+|\d{1,9}(?=[.)]))(?=[\s.)]|$)/

const escapeText = (text: string): string => text.replaceAll(SPECIAL, String.raw`\$&`)

/** Returns text with marks as Markdown. A line break within it is `\` at the end of a line. */
export function writeInline(runs: readonly Run[]): string {
  return write(runs, ORDER, ['', '']).replaceAll('\n', '\\\n')
}

/** Keeps a line from being read as the beginning of another kind of block. */
export const escapeLine = (line: string): string =>
  line.replace(MARKER, (_all, space: string, marker: string) =>
    /^\d/.test(marker) ? `${space}${marker}\\` : `${space}\\${marker}`,
  )

/** @param around the characters before and after the runs */
function write(
  runs: readonly Run[],
  [name, ...inner]: readonly Name[],
  around: readonly [before: string, after: string],
): string {
  if (name === undefined) return runs.map(({ text }) => escapeText(text)).join('')
  let written = ''
  const groups = groupBy(runs, name)
  for (const [at, group] of groups.entries()) {
    const before = lastOf(groups[at - 1]) ?? around[0]
    const after = firstOf(groups[at + 1]) ?? around[1]
    const value = group[0]!.marks[name]
    written +=
      value === undefined
        ? write(group, inner, [before, after])
        : wrap(name, group, (kept) => write(kept, inner, ['', '']), [before, after])
  }
  return written
}

function groupBy(runs: readonly Run[], name: Name): readonly (readonly Run[])[] {
  const groups: Run[][] = []
  for (const run of runs) {
    const last = groups.at(-1)
    if (last !== undefined && last[0]!.marks[name] === run.marks[name]) last.push(run)
    else groups.push([run])
  }
  return groups
}

const lastOf = (runs: readonly Run[] | undefined) =>
  Array.from(runs?.at(-1)?.text.slice(-2) ?? '').at(-1)
const firstOf = (runs: readonly Run[] | undefined) => runs?.[0]?.text[0]

function wrap(
  name: Name,
  runs: readonly Run[],
  writeRuns: (runs: readonly Run[]) => string,
  [before, after]: readonly [string, string],
): string {
  const text = runs.map((run) => run.text).join('')
  if (name === 'code') return writeCode(text)
  if (name === 'math') return writeMath(text, before, after)
  const [start] = /^\s*/.exec(text)!
  const [end] = /\s*$/.exec(text)!
  if (start.length === text.length) return text
  const inner = writeRuns(trim(runs, start.length, text.length - end.length))
  if (name === 'link') return `${start}[${inner}](${addressOf(runs)})${end}`
  const [sign, tag = TAGS[name]!] = SIGNS[name] ?? []
  const isRead = sign !== undefined && isFlanking(start + text.trim() + end, before, after)
  return start + (isRead ? sign + inner + sign : `<${tag}>${inner}</${tag}>`) + end
}

const isPunctuation = (char: string): boolean => /[\p{P}\p{S}]/u.test(char)
const isLetter = (char: string): boolean => char !== '' && !/\s/.test(char) && !isPunctuation(char)

/**
 * Returns whether signs around a text are read as such: beside a letter, as Chinese has it without
 * spaces, they aren't if the text begins or ends with punctuation.
 */
function isFlanking(text: string, before: string, after: string): boolean {
  const [first, last] = [text[0] ?? '', text.at(-1) ?? '']
  return !(isPunctuation(first) && isLetter(before)) && !(isPunctuation(last) && isLetter(after))
}

function trim(runs: readonly Run[], from: number, to: number): readonly Run[] {
  let at = 0
  return runs.flatMap(({ text, marks }) => {
    const start = at
    at += text.length
    const kept = text.slice(Math.max(0, from - start), Math.max(0, to - start))
    return kept === '' ? [] : [{ text: kept, marks }]
  })
}

/** Returns the length of the longest run of backticks in a text. */
export const longestOf = (text: string): number =>
  (text.match(/`+/g) ?? []).reduce((most, { length }) => Math.max(most, length), 0)

function writeCode(text: string): string {
  const fence = '`'.repeat(longestOf(text) + 1)
  const space = /^`|`$|^ .* $/.test(text) ? ' ' : ''
  return fence + space + text + space + fence
}

/** As GitHub reads it; a formula has no line breaks there. Beside a letter or a digit, it is read as one only behind something else. */
function writeMath(text: string, before: string, after: string): string {
  const source = text.replaceAll(/\s+/g, ' ').trim()
  if (source === '') return text
  const written = [`$${source}$`, `$\`${source}\`$`].find((each) => isReadAs(each, source))
  if (written === undefined) return `<tex-math>${escapeText(source)}</tex-math>`
  return (mayBegin(before) ? '' : NOTHING) + written + (/^\d/.test(after) ? NOTHING : '')
}

function isReadAs(written: string, source: string): boolean {
  const [raw, ...sources] = LINE.exec(written) ?? []
  return raw === written && sources.includes(source)
}

const addressOf = (runs: readonly Run[]): string => {
  const href = runs[0]?.marks.link ?? ''
  return /[\s()<>]/.test(href) ? `<${href.replaceAll(/[<>\s]/g, encodeURIComponent)}>` : href
}
