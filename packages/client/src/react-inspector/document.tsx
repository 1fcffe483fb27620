import { type ReactNode, useState } from 'react'
import { AbstractType, type Doc } from 'yjs'
import {
  type DocumentPath,
  type Entry,
  entriesOf,
  shapeOf,
  TextPiece,
  toJson,
} from '../recording/document-json.js'
import { short, shortJson, useTexts } from './shown.js'

interface DocumentTreeProps {
  readonly document: Doc
  /** Called with a part whose changes are asked for; without it, nobody can ask. */
  readonly onChoose?: ((path: DocumentPath) => void) | undefined
}

/** How many parts of a part are shown at a time. @see PROTOCOL.md IN11 */
const PART_COUNT = 100

/** A document as JSON, of which every part can be opened. It is read as far as it is open. */
export function DocumentTree({ document, onChoose }: DocumentTreeProps): ReactNode {
  const texts = useTexts()
  if (document.share.size === 0) return <p>{texts.emptyDocument}</p>
  return (
    <div className="whereabouts-scroll" tabIndex={0} role="group" aria-label={texts.document}>
      <Parts value={document} path={[]} onChoose={onChoose} />
    </div>
  )
}

interface PartsProps extends Omit<DocumentTreeProps, 'document'> {
  readonly value: unknown
  readonly path: DocumentPath
}

function Parts({ value, path, onChoose }: PartsProps) {
  const texts = useTexts()
  const [most, setMost] = useState(PART_COUNT)
  const { shown, left } = firstOf(entriesOf(value), most)
  return (
    <>
      <ul>
        {shown.map(([step, part], index) => (
          <Part
            key={step}
            name={step.startsWith('#') ? String(index) : step}
            value={part}
            path={[...path, step]}
            onChoose={onChoose}
          />
        ))}
      </ul>
      {left > 0 && (
        <button type="button" onClick={() => setMost(most + PART_COUNT)}>
          {texts.more(Math.min(left, PART_COUNT), left)}
        </button>
      )}
    </>
  )
}

interface PartProps extends PartsProps {
  readonly name: string
}

function Part({ name, value, path, onChoose }: PartProps) {
  const texts = useTexts()
  const [isOpen, setOpen] = useState(false)
  const choose = onChoose && (
    <button
      type="button"
      aria-label={texts.changesOf(path.join(' / '))}
      onClick={() => onChoose(path)}
    >
      {texts.changes}
    </button>
  )
  if (!hasParts(value)) {
    return (
      <li>
        <b>{name}</b>: <code>{leafOf(value, texts.bytes)}</code> {choose}
      </li>
    )
  }
  return (
    <li>
      <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {name}
      </button>{' '}
      <span>{isOpen ? '' : previewOf(value, texts.entries)}</span> {choose}
      {isOpen && <Parts value={value} path={path} onChoose={onChoose} />}
    </li>
  )
}

function hasParts(value: unknown): boolean {
  return entriesOf(value).next().done !== true
}

/** Returns the first of some entries, and how many are left. */
function firstOf(entries: Iterable<Entry>, most: number) {
  const shown: Entry[] = []
  let left = 0
  for (const entry of entries) {
    if (shown.length < most) shown.push(entry)
    else left += 1
  }
  return { shown, left }
}

function leafOf(value: unknown, bytes: (count: number) => string): string {
  if (value instanceof Uint8Array) return bytes(value.length)
  return shortJson(toJson(value))
}

function previewOf(value: unknown, entries: (count: number) => string): string {
  if (value instanceof AbstractType) {
    const shape = shapeOf(value as AbstractType<unknown>)
    if (shape === 'text') return short(textOf(value))
  }
  const { shown, left } = firstOf(entriesOf(value), 1)
  return entries(shown.length + left)
}

/** Returns the beginning of a text, without its formats. */
function textOf(value: unknown): string {
  let text = ''
  for (const [, piece] of entriesOf(value)) {
    if (!(piece instanceof TextPiece)) continue
    for (const op of piece.ops) {
      const { insert } = op as { readonly insert: unknown }
      text += typeof insert === 'string' ? insert : ' ⏎ '
    }
    if (text.length > 200) break
  }
  return text
}
