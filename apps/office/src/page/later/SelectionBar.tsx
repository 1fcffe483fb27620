import type { Editor } from '@tiptap/core'
import { TextSelection } from '@tiptap/pm/state'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { LinkButton } from '../Toolbar.js'
import { ColorTool } from './TextTools.js'
import { ToolButton } from '../ToolButton.js'
import { MARKS, readToolbar } from '../tools.js'
import { useEditorChanges, useScrolling } from './useEditorState.js'
import { t } from '../../language/language.js'

const MARGIN_PX = 8

interface SelectionBarProps {
  readonly editor: Editor
  readonly canEdit: boolean
  /** Comments on the selection; `undefined` for those who may not. */
  readonly onComment: (() => void) | undefined
}

/** Shows the tools for selected text beside the selection. @see OFFICE.md PE8, PG68 */
export function SelectionBar({ editor, canEdit, onComment }: SelectionBarProps) {
  const bar = useRef<HTMLDivElement>(null)
  useEditorChanges(editor)
  const isSelecting = useIsSelecting(editor)
  const isShown = !isSelecting && hasSelection(editor)
  useScrolling(editor, isShown)
  useLayoutEffect(() => {
    if (isShown && bar.current !== null) place(bar.current, editor)
  })
  if (!isShown) return null
  const state = readToolbar(editor)
  return (
    <div
      ref={bar}
      className="selection-bar"
      role="toolbar"
      tabIndex={-1}
      aria-label={t('page.selection')}
      onMouseDown={(event) => event.preventDefault()}
      onKeyDown={({ key }) => key === 'Escape' && editor.commands.focus()}
    >
      {canEdit && (
        <>
          {MARKS.map((tool) => (
            <ToolButton key={tool.label} {...{ tool, editor, state }} />
          ))}
          <LinkButton editor={editor} isOn={state.link !== undefined} />
          <ColorTool editor={editor} />
        </>
      )}
      {onComment && (
        <button
          type="button"
          className="tool"
          title={t('page.withKeys', { name: t('page.comment'), keys: 'Ctrl+Alt+M' })}
          aria-keyshortcuts="Control+Alt+M"
          onMouseDown={(event) => event.preventDefault()}
          onClick={onComment}
        >
          {t('page.comment')}
        </button>
      )}
    </div>
  )
}

function hasSelection(editor: Editor): boolean {
  const { selection, doc } = editor.state
  if (!(selection instanceof TextSelection) || selection.empty) return false
  const isInBar = document.activeElement?.matches('.selection-bar *') === true
  if (!isInBar && !hasFocus(editor)) return false
  return doc.textBetween(selection.from, selection.to).trim() !== ''
}

/** A page that may only be read never has the focus, but its text can be selected. */
function hasFocus(editor: Editor): boolean {
  if (editor.isEditable) return editor.isFocused
  const { isCollapsed = true, anchorNode = null } = getSelection() ?? {}
  return !isCollapsed && editor.view.dom.contains(anchorNode)
}

/** Returns whether a selection is being made with the mouse; the bar would be in its way. */
function useIsSelecting({ view: { dom } }: Editor): boolean {
  const [isSelecting, setIsSelecting] = useState(false)
  useEffect(() => {
    const begin = () => setIsSelecting(true)
    const end = () => setIsSelecting(false)
    const ends = ['pointerup', 'pointercancel', 'dragend'] as const
    dom.addEventListener('pointerdown', begin)
    for (const type of ends) window.addEventListener(type, end)
    return () => {
      dom.removeEventListener('pointerdown', begin)
      for (const type of ends) window.removeEventListener(type, end)
    }
  }, [dom])
  return isSelecting
}

/** On touch screens, the system's own menu is above the selection, so the bar goes below. */
function place(bar: HTMLElement, { view, state }: Editor): void {
  const [start, end] = [
    view.coordsAtPos(state.selection.from),
    view.coordsAtPos(state.selection.to, -1),
  ]
  const frame = view.dom.closest('.scroller')!.getBoundingClientRect()
  const isTouch = matchMedia('(pointer: coarse)').matches
  const above = start.top - bar.offsetHeight - MARGIN_PX
  const isBelow = isTouch || above < frame.top
  const top = isBelow ? Math.min(end.bottom + MARGIN_PX, frame.bottom - bar.offsetHeight) : above
  const left = Math.min(start.left, frame.right - bar.offsetWidth - MARGIN_PX)
  bar.style.top = `${top}px`
  bar.style.left = `${Math.max(frame.left + MARGIN_PX, left)}px`
  // A selection that is scrolled out of sight has no tools.
  bar.style.visibility = end.bottom < frame.top || start.top > frame.bottom ? 'hidden' : ''
}
