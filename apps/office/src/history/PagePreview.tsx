import { createElement, useMemo } from 'react'
import { textOf, type Block } from '../page-document/block.js'
import { blocksOf } from '../page-document/version.js'
import { compareBlocks, type ComparedBlock, type Fate, type Piece } from './compare-blocks.js'
import type { PreviewProps } from './Preview.js'
import { TEXTS } from './texts.js'
import { copyOf } from './versions.js'

/** A page as it was, with what was added and removed. @see OFFICE.md HY14 */
export function PagePreview({ shown, other }: PreviewProps) {
  const compared = useMemo(() => {
    const [now, then] = [blocksOf(copyOf(shown)), blocksOf(copyOf(other))]
    return now === undefined || then === undefined ? undefined : compareBlocks(now, then)
  }, [shown, other])
  if (compared === undefined) return <p role="alert">{TEXTS.unreadable('page')}</p>
  const isSame = compared.every(({ fate, pieces }) => isAllSame(fate, pieces))
  return (
    <>
      {isSame && <p>{TEXTS.same}</p>}
      {createElement('div', { className: 'page-version' }, ...compared.map(ShownBlock))}
    </>
  )
}

const isAllSame = (fate: Fate, pieces: readonly Piece[]): boolean =>
  fate === 'same' && pieces.every((piece) => piece.fate === 'same')

function ShownBlock({ fate, block, pieces }: ComparedBlock) {
  const content = <Content block={block} pieces={pieces} />
  const indent = { marginInlineStart: `${(block.attributes.indent ?? 0) * 1.5}em` }
  return (
    <div className={`block ${block.type} level-${block.attributes.level ?? 1}`} style={indent}>
      <Marked fate={fate}>{content}</Marked>
    </div>
  )
}

function Marked({ fate, children }: { readonly fate: Fate; readonly children: React.ReactNode }) {
  if (fate === 'added') return <ins>{children}</ins>
  return fate === 'removed' ? <del>{children}</del> : children
}

interface ContentProps {
  readonly block: Block
  readonly pieces: readonly Piece[]
}

function Content({ block, pieces }: ContentProps) {
  const { type, attributes, table } = block
  if (table !== undefined) return <TableContent table={table} />
  if (type === 'image') return <img src={attributes.src} alt={attributes.alt ?? TEXTS.image} />
  if (type === 'rule') return <hr />
  if (type === 'unknown') return <em>{TEXTS.unknown}</em>
  return (
    <>
      {signOf(block)}
      {createElement('span', null, ...pieces.map(ShownPiece))}
    </>
  )
}

function ShownPiece({ fate, text, marks }: Piece) {
  return (
    <Marked fate={fate}>
      <span className={Object.keys(marks).join(' ')}>{text}</span>
    </Marked>
  )
}

/** Returns what stands before the text of an item. */
function signOf({ type, attributes }: Block): string {
  if (type === 'bullet' || type === 'number') return '• '
  if (type !== 'task') return ''
  return attributes.checked === true ? '☑ ' : '☐ '
}

function TableContent({ table }: { readonly table: NonNullable<Block['table']> }) {
  return <table>{createElement('tbody', null, ...table.cells.map(shownRow))}</table>
}

function shownRow(row: readonly (readonly Block[])[]) {
  const cells = row.map((blocks) => createElement('td', null, blocks.map(textOf).join('\n')))
  return createElement('tr', null, ...cells)
}
