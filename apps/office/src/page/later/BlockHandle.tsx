import type { Editor } from '@tiptap/core'
import { Slice } from '@tiptap/pm/model'
import { NodeSelection, TextSelection, type Command } from '@tiptap/pm/state'
import { useEffect, useRef, useState, type DragEvent } from 'react'
import { t } from '../../language/language.js'
import { MOVE } from '../late-parts.js'
import { followDragged } from './dragging.js'
import { MOVE_PART, moveBlocks } from './move.js'
import { closeMenu, Popover } from './Popover.js'
import { useScrolling } from './useEditorState.js'

interface HandleProps {
  readonly editor: Editor
}

/** Shows a handle beside the block under the mouse, which drags it and has a menu. @see OFFICE.md PE20 */
export function BlockHandle({ editor }: HandleProps) {
  const [block, setBlock] = useState<HTMLElement | null>(null)
  useEffect(() => MOVE.fill(editor, MOVE_PART), [editor])
  useEffect(() => followDragged(editor.view), [editor])
  useHovered(editor, setBlock)
  useScrolling(editor, block !== null)
  if (block?.isConnected !== true) return null
  const { top, left } = block.getBoundingClientRect()
  const act = (command: Command) => {
    closeMenu()
    const at = positionOf(editor, block)
    if (at === undefined) return
    select(editor, at)
    command(editor.state, editor.view.dispatch, editor.view)
    editor.commands.focus()
  }
  return (
    <span
      role="presentation"
      className="block-handle"
      style={{
        top: top + 2,
        left: Math.min(left, editor.view.dom.getBoundingClientRect().left) - 34,
      }}
      draggable
      onDragStart={(event) => drag(event, editor, block)}
    >
      <Popover label={t('page.block')} face="⠿" takesFocus>
        <HandleItem label={t('page.moveUp')} run={() => act(moveBlocks(-1))} />
        <HandleItem label={t('page.moveDown')} run={() => act(moveBlocks(1))} />
        <HandleItem label={t('page.deleteBlock')} run={() => act(deleteBlock)} />
      </Popover>
    </span>
  )
}

function HandleItem({ label, run }: { readonly label: string; readonly run: () => void }) {
  return (
    <button type="button" className="choice" role="menuitem" tabIndex={-1} onClick={run}>
      {label}
    </button>
  )
}

/** Deletes the block at the selection. */
export const deleteBlock: Command = ({ tr, selection: { $from } }, dispatch) => {
  const isWhole = $from.depth === 0
  const [from, to] = isWhole
    ? [$from.pos, $from.pos + ($from.nodeAfter?.nodeSize ?? 0)]
    : [$from.before(1), $from.after(1)]
  dispatch?.(tr.delete(from, to))
  return true
}

/** Returns where a block begins; `undefined` if it isn't shown any more. */
function positionOf({ view }: Editor, block: HTMLElement): number | undefined {
  if (!view.dom.contains(block)) return undefined
  const at = view.state.doc.resolve(view.posAtDOM(block, 0))
  return at.depth === 0 ? at.pos : at.before(1)
}

function select({ view }: Editor, at: number): void {
  const { doc, tr } = view.state
  const node = doc.nodeAt(at)
  const selection =
    node?.isTextblock === true ? TextSelection.create(doc, at + 1) : NodeSelection.create(doc, at)
  view.dispatch(tr.setSelection(selection))
}

/** Begins to drag a block, which the editor then moves as it moves a selection. */
function drag({ dataTransfer }: DragEvent, editor: Editor, block: HTMLElement): void {
  const at = positionOf(editor, block)
  const { view } = editor
  const node = at === undefined ? null : view.state.doc.nodeAt(at)
  if (at === undefined || node === null) return
  const slice = new Slice(view.state.doc.slice(at, at + node.nodeSize).content, 0, 0)
  view.dispatch(view.state.tr.setSelection(NodeSelection.create(view.state.doc, at)))
  dataTransfer.setData('text/plain', node.textContent)
  dataTransfer.effectAllowed = 'move'
  dataTransfer.setDragImage(block, 0, 0)
  view.dragging = { slice, move: true }
}

/** Follows the block under the mouse, also beside the text; on touch screens there is none. */
function useHovered({ view }: Editor, setBlock: (block: HTMLElement | null) => void): void {
  const shown = useRef<HTMLElement | null>(null)
  useEffect(() => {
    const body = view.dom.closest<HTMLElement>('.page-body')
    const look = ({ clientY, pointerType, target }: PointerEvent) => {
      const isOnTool =
        target instanceof Element && target.closest('.block-handle, .choices') !== null
      if (pointerType !== 'mouse' || isOnTool) return
      const found = blockAt(view.dom, clientY)
      if (found !== shown.current) setBlock(found)
      shown.current = found
    }
    const hide = () => {
      shown.current = null
      if (document.querySelector('.choices:popover-open') === null) setBlock(null)
    }
    body?.addEventListener('pointermove', look)
    view.dom.addEventListener('keydown', hide)
    return () => {
      body?.removeEventListener('pointermove', look)
      view.dom.removeEventListener('keydown', hide)
    }
  }, [view, setBlock])
}

function blockAt(text: HTMLElement, y: number): HTMLElement | null {
  const isAt = (block: HTMLElement) => {
    const { top, bottom } = block.getBoundingClientRect()
    return top <= y && y <= bottom + 6
  }
  return ([...text.children] as HTMLElement[]).find(isAt) ?? null
}
