import type { Editor } from '@tiptap/core'
import { ICONS } from '../../icons.js'
import { COLORS } from '../../page-document/attributes.js'
import type { Alignment, Color } from '../../page-document/block.js'
import { align } from '../block-commands.js'
import { closeMenu, Popover } from './Popover.js'

interface ToolProps {
  readonly editor: Editor
}

export const NAMES: { readonly [color in Color]: string } = {
  gray: 'Gray',
  red: 'Red',
  orange: 'Orange',
  yellow: 'Yellow',
  green: 'Green',
  blue: 'Blue',
  purple: 'Purple',
  pink: 'Pink',
}

const ALIGNMENTS: readonly (readonly [Alignment | null, string])[] = [
  [null, 'Align start'],
  ['center', 'Center'],
  ['end', 'Align end'],
  ['justify', 'Justify'],
]

export interface TextToolsProps extends ToolProps {
  /** How the selected blocks are aligned; `undefined` if they differ. */
  readonly alignment: Alignment | null | undefined
}

/** Renders the tools of the toolbar that are menus. */
export function TextTools({ editor, alignment }: TextToolsProps) {
  return (
    <>
      <ColorTool editor={editor} />
      <AlignTool editor={editor} now={alignment} />
    </>
  )
}

/** Offers colors for the selected text and for its background. @see OFFICE.md PE3 */
export function ColorTool({ editor }: ToolProps) {
  return (
    <Popover label="Colors" face={<span className="color-face">A</span>}>
      <Shades editor={editor} mark="color" label="Text" />
      <Shades editor={editor} mark="highlight" label="Highlight" />
    </Popover>
  )
}

interface ShadesProps extends ToolProps {
  readonly mark: 'color' | 'highlight'
  readonly label: string
}

function Shades({ editor, mark, label }: ShadesProps) {
  const now: unknown = editor.getAttributes(mark)['color'] ?? null
  const choose = (color: Color | null) => {
    const chain = editor.chain().focus()
    if (color === null) chain.unsetMark(mark).run()
    else chain.setMark(mark, { color }).run()
    closeMenu()
  }
  return (
    <fieldset className="shades">
      <legend>{label}</legend>
      {[null, ...COLORS].map((color) => (
        <button
          key={color}
          type="button"
          className="shade"
          role="menuitemradio"
          tabIndex={-1}
          data-mark={mark}
          data-color={color ?? undefined}
          title={color === null ? 'Default' : NAMES[color]}
          aria-label={`${label}: ${color === null ? 'Default' : NAMES[color]}`}
          aria-checked={now === color}
          onClick={() => choose(color)}
        >
          A
        </button>
      ))}
    </fieldset>
  )
}

/** Aligns the selected blocks. @see OFFICE.md PE4 */
function AlignTool({ editor, now }: ToolProps & { readonly now: Alignment | null | undefined }) {
  return (
    <Popover label="Alignment" face={ICONS[now ?? 'start']}>
      {ALIGNMENTS.map(([to, label]) => (
        <button
          key={label}
          type="button"
          className="choice"
          role="menuitemradio"
          tabIndex={-1}
          aria-checked={now === to}
          onClick={() => {
            editor
              .chain()
              .focus()
              .command(({ state, dispatch }) => align(to)(state, dispatch))
              .run()
            closeMenu()
          }}
        >
          {ICONS[to ?? 'start']} {label}
        </button>
      ))}
    </Popover>
  )
}
