import type { Editor } from '@tiptap/core'
import { useEffect, useLayoutEffect, useRef } from 'react'
import { SLASH } from '../late-parts.js'
import { placeBelow } from './Popover.js'
import { choose, MENU_ID, offeredBy, readSlash, slashPart } from './slash.js'
import { useEditorChanges, useScrolling } from './useEditorState.js'
import { t } from '../../language/language.js'

/** Shows the blocks that `/` offers, while the keyboard stays in the text. @see OFFICE.md PE6 */
export function SlashMenu({ editor }: { readonly editor: Editor }) {
  const panel = useRef<HTMLDivElement>(null)
  useEditorChanges(editor)
  useEffect(() => SLASH.fill(editor, slashPart(editor)), [editor])
  const slash = readSlash(editor)
  const isOpen = slash !== null && editor.isFocused
  useScrolling(editor, isOpen)
  useLayoutEffect(() => {
    if (!isOpen || panel.current === null) return
    const { left, top, bottom } = editor.view.coordsAtPos(slash.from)
    placeBelow(panel.current, {
      getBoundingClientRect: () => new DOMRect(left, top, 0, bottom - top),
    })
    panel.current.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' })
  })
  if (!isOpen) return <output className="unseen" />
  const offered = offeredBy(editor.state, slash)
  return (
    <>
      <output className="unseen">{t('page.blocksFound', { count: offered.length })}</output>
      {/* The keyboard is in the text, which names the chosen one; a real list would take it. */}
      {/* oxlint-disable jsx-a11y/prefer-tag-over-role, jsx-a11y/click-events-have-key-events */}
      <div
        ref={panel}
        id={MENU_ID}
        className="choices over"
        role="listbox"
        aria-label={t('page.blocks')}
      >
        {offered.map((insert, at) => (
          <div
            key={insert.label}
            id={`${MENU_ID}-${at}`}
            className="choice"
            role="option"
            tabIndex={-1}
            aria-selected={at === slash.at}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => choose(editor, slash, insert)}
          >
            <span className="choice-face" aria-hidden="true">
              {insert.face}
            </span>
            {insert.label}
          </div>
        ))}
      </div>
      {/* oxlint-enable jsx-a11y/prefer-tag-over-role, jsx-a11y/click-events-have-key-events */}
    </>
  )
}
