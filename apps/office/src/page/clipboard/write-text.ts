import { textOf, type Block } from '../../page-document/block.js'

/** Returns blocks as plain text, with tables as spreadsheets read them. @see OFFICE.md PG28 */
export function writeText(blocks: readonly Block[]): string {
  const counts: number[] = []
  return blocks.map((block) => lineOf(block, counts)).join('\n')
}

function lineOf(block: Block, counts: number[]): string {
  const { type, attributes, table } = block
  const depth = attributes.indent ?? 0
  const indent = '  '.repeat(depth)
  counts.length = Math.min(counts.length, type === 'number' ? depth + 1 : depth)
  if (type === 'number') counts[depth] = attributes.start ?? (counts[depth] ?? 0) + 1
  if (table !== undefined) return table.cells.map((row) => row.map(cellText).join('\t')).join('\n')
  if (type === 'bullet' || type === 'toggle') return `${indent}- ${textOf(block)}`
  if (type === 'number') return `${indent}${counts[depth]}. ${textOf(block)}`
  if (type === 'task') return `${indent}- [${attributes.checked ? 'x' : ' '}] ${textOf(block)}`
  return textOf(block)
}

function cellText(blocks: readonly Block[]): string {
  const text = writeText(blocks)
  return /[\t\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
