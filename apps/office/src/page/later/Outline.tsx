import type { Editor } from '@tiptap/core'
import { createPortal } from 'react-dom'
import { t } from '../../language/language.js'
import { depthsOf, headingsOf, type Heading } from './headings.js'
import { useEditorChanges, useScrolling } from './useEditorState.js'

interface OutlineProps {
  readonly editor: Editor
  /** Called after somebody went to a heading on a screen where the outline covers the text. */
  readonly onClose: () => void
}

// A heading counts as read from here on, below the upper edge of the text.
const READ_PX = 120

/** Shows the headings of the page; each leads to its place. @see OFFICE.md PE11 */
export function Outline({ editor, onClose }: OutlineProps) {
  useEditorChanges(editor)
  useScrolling(editor, true)
  const headings = headingsOf(editor.state.doc)
  const depths = depthsOf(headings)
  const current = currentOf(editor, headings)
  const go = ({ at }: Heading) => {
    scrollTo(editor, at)
    editor.chain().focus(at, { scrollIntoView: false }).run()
    if (matchMedia('(max-width: 900px)').matches) onClose()
  }
  const body = editor.view.dom.closest('.page-body')
  if (body === null) return null
  return createPortal(
    <nav className="outline" aria-label={t('page.outline')}>
      {headings.length === 0 && <p>{t('page.noHeadings')}</p>}
      <ul>
        {headings.map((heading, index) => (
          <li key={heading.at} style={{ paddingInlineStart: `${depths[index]! * 14}px` }}>
            <button
              type="button"
              className="outline-heading"
              dir="auto"
              aria-current={index === current ? 'location' : undefined}
              onClick={() => go(heading)}
            >
              {heading.text}
            </button>
          </li>
        ))}
      </ul>
    </nav>,
    body,
  )
}

/** Returns the last heading that is above what is read; the first one at the beginning. */
function currentOf({ view }: Editor, headings: readonly Heading[]): number {
  const frame = view.dom.closest('.scroller')?.getBoundingClientRect()
  if (frame === undefined) return -1
  const isAbove = ({ at }: Heading) => view.coordsAtPos(at).top < frame.top + READ_PX
  return Math.max(0, headings.findLastIndex(isAbove))
}

/** Scrolls a place to the upper part of the text. */
function scrollTo({ view }: Editor, at: number): void {
  const scroller = view.dom.closest('.scroller')
  if (scroller === null) return
  const top = view.coordsAtPos(at).top - scroller.getBoundingClientRect().top
  scroller.scrollBy({ top: top - READ_PX / 2 })
}
