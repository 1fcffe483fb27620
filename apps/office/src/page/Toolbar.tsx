import type { Editor } from '@tiptap/core'
import { useCallback, useEffect, useRef, useState, type KeyboardEvent } from 'react'
import { flushSync } from 'react-dom'
import { ICONS } from '../icons.js'
import { insertImages } from './image-files.js'
import { askForLink, LinkBar, onAskForLink } from './LinkBar.js'
import type * as Later from './later/Later.js'
import { ToolButton } from './ToolButton.js'
import {
  BLOCKS,
  INSERTS,
  LISTS,
  MARKS,
  readToolbar,
  REDO,
  TABLE,
  UNDO,
  type Tool,
  type ToolbarState,
} from './tools.js'
import { t } from '../language/language.js'

interface ToolbarProps {
  readonly editor: Editor
  /** Called with the reason when an image is refused. */
  readonly refused: (why: string) => void
  /** Tools that are loaded later; their place is kept. */
  readonly late: Pick<typeof Later, 'TextTools' | 'ContextTools'> | null
}

/** Renders the toolbar: a single stop of the Tab key, with arrow keys between its buttons. */
export function Toolbar({ editor, refused, late }: ToolbarProps) {
  const state = useToolbarState(editor)
  const [isLinking, setIsLinking] = useState(false)
  const bar = useRef<HTMLDivElement>(null)
  const openLink = useCallback(() => setIsLinking(true), [])
  useLinkKey(editor, openLink)
  useOneStop(bar)
  const group = (tools: readonly Tool[], className = 'tools') => (
    <span className={className}>
      {tools.map((tool) => (
        <ToolButton key={tool.label} tool={tool} editor={editor} state={state} />
      ))}
    </span>
  )
  return (
    <>
      <div
        ref={bar}
        className="toolbar"
        role="toolbar"
        aria-label={t('page.format')}
        tabIndex={-1}
        onKeyDown={(event) => moveAlong(event, editor)}
      >
        {/* On a phone, this row scrolls. */}
        <div className="row">
          <span className="tools">
            <ToolButton tool={UNDO} editor={editor} state={state} isOff={!state.canUndo} />
            <ToolButton tool={REDO} editor={editor} state={state} isOff={!state.canRedo} />
          </span>
          <BlockSelect editor={editor} state={state} />
          {group(MARKS)}
          <LinkButton editor={editor} isOn={state.link !== undefined} />
          <span className="tools late">
            {late && <late.TextTools editor={editor} alignment={state.alignment} />}
          </span>
          {group(LISTS)}
          {group(INSERTS)}
          <ImageButton editor={editor} refused={refused} />
        </div>
        {state.isInTable && group(TABLE, 'tools of-table')}
        {late && <late.ContextTools editor={editor} />}
      </div>
      <LinkBar
        editor={editor}
        href={state.link}
        isOpen={isLinking}
        onOpen={openLink}
        onClose={() => setIsLinking(false)}
      />
    </>
  )
}

/** Renders the button that asks for a link. */
export function LinkButton({ editor, isOn }: { readonly editor: Editor; readonly isOn: boolean }) {
  return (
    <span className="tools">
      <button
        type="button"
        className="tool"
        title={t('page.withKeys', { name: t('page.link'), keys: 'Ctrl+K' })}
        aria-label={t('page.link')}
        aria-keyshortcuts="Control+K"
        aria-pressed={isOn}
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => askForLink(editor)}
      >
        {ICONS.link}
      </button>
    </span>
  )
}

function BlockSelect({ editor, state }: { readonly editor: Editor; readonly state: ToolbarState }) {
  return (
    <select
      className="tool"
      aria-label={t('page.paragraphStyle')}
      value={state.block}
      onChange={({ currentTarget }) => {
        BLOCKS[currentTarget.value]?.run(editor.chain().focus()).run()
      }}
    >
      {Object.entries(BLOCKS).map(([value, { label }]) => (
        <option key={value} value={value}>
          {t(label)}
        </option>
      ))}
    </select>
  )
}

function ImageButton({ editor, refused }: Omit<ToolbarProps, 'late'>) {
  const picker = useRef<HTMLInputElement>(null)
  return (
    <span className="tools">
      <button
        type="button"
        className="tool"
        title={t('page.image')}
        aria-label={t('page.image')}
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => picker.current?.click()}
      >
        {ICONS.image}
      </button>
      <input
        ref={picker}
        hidden
        type="file"
        accept="image/png,image/jpeg,image/gif,image/webp"
        multiple
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])]
          currentTarget.value = ''
          void insertImages(editor.view, files, refused)
          editor.commands.focus()
        }}
      />
    </span>
  )
}

/** Returns the same object until the toolbar has to change. */
function useToolbarState(editor: Editor): ToolbarState {
  const [state, setState] = useState(() => readToolbar(editor))
  useEffect(() => {
    const look = () => {
      const now = readToolbar(editor)
      setState((before) => (JSON.stringify(before) === JSON.stringify(now) ? before : now))
    }
    look()
    editor.on('transaction', look)
    return () => void editor.off('transaction', look)
  }, [editor])
  return state
}

function useLinkKey(editor: Editor, open: () => void): void {
  useEffect(() => {
    const { dom } = editor.view
    const look = (event: globalThis.KeyboardEvent) => {
      if (event.key !== 'k' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      askForLink(editor)
    }
    dom.addEventListener('keydown', look)
    // At once, since the next key is already for its field, and not for the selected text.
    const stop = onAskForLink(editor, () => flushSync(open))
    return () => {
      dom.removeEventListener('keydown', look)
      stop()
    }
  }, [editor, open])
}

const STOPS = ':is(button, select):not([popover] *)'

/** Makes the Tab key stop only at the button that was used last. */
function useOneStop(bar: React.RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const stops = [...(bar.current?.querySelectorAll<HTMLElement>(STOPS) ?? [])]
    const current = stops.find((stop) => stop === document.activeElement)
    const kept = current ?? stops.find((stop) => stop.hasAttribute('data-stop')) ?? stops[0]
    for (const stop of stops) stopAt(stop, stop === kept)
  })
  useEffect(() => {
    const element = bar.current
    const follow = ({ target }: FocusEvent) => {
      for (const stop of element?.querySelectorAll<HTMLElement>(STOPS) ?? []) {
        stopAt(stop, stop === target)
      }
    }
    element?.addEventListener('focusin', follow)
    return () => element?.removeEventListener('focusin', follow)
  }, [bar])
}

function stopAt(stop: HTMLElement, isStop: boolean): void {
  stop.tabIndex = isStop ? 0 : -1
  stop.toggleAttribute('data-stop', isStop)
}

function moveAlong(event: KeyboardEvent<HTMLElement>, editor: Editor): void {
  if (event.key === 'Escape') {
    editor.commands.focus()
    return
  }
  const stops = [...event.currentTarget.querySelectorAll<HTMLElement>(STOPS)]
  const at = stops.findIndex((stop) => stop === document.activeElement)
  const to: { readonly [key: string]: number } = {
    ArrowRight: (at + 1) % stops.length,
    ArrowLeft: (at - 1 + stops.length) % stops.length,
    Home: 0,
    End: stops.length - 1,
  }
  const next = to[event.key]
  if (at < 0 || next === undefined) return
  event.preventDefault()
  stops[next]?.focus()
}
