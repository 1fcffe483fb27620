import type { Editor } from '@tiptap/core'
import type { Tool, ToolbarState } from './tools.js'

interface ToolButtonProps {
  readonly tool: Tool
  readonly editor: Editor
  readonly state: ToolbarState
  readonly isOff?: boolean
}

/** Renders a button of a toolbar, which states its shortcut and whether it is pressed. */
export function ToolButton({ tool, editor, state, isOff = false }: ToolButtonProps) {
  const { label, face, keys, mark, style, run } = tool
  const shortcut = keys?.replace('Control', 'Ctrl')
  return (
    <button
      type="button"
      className="tool"
      title={shortcut === undefined ? label : `${label} (${shortcut})`}
      aria-label={label}
      aria-keyshortcuts={keys}
      aria-pressed={
        mark === undefined && style === undefined ? undefined : state.on.includes(label)
      }
      aria-disabled={isOff || undefined}
      // This keeps the selection in the text.
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => {
        if (!isOff) run(editor.chain().focus()).run()
      }}
    >
      {face}
    </button>
  )
}
