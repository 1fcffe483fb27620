import type { Editor } from '@tiptap/core'
import { ICONS } from '../../icons.js'
import { COLORS } from '../../page-document/attributes.js'
import type { Alignment, Color } from '../../page-document/block.js'
import { align } from '../block-commands.js'
import { closeMenu, Popover } from './Popover.js'
import { t } from '../../language/language.js'
import type { TextId } from '../../language/message.js'

interface ToolProps {
  readonly editor: Editor
}

/** How blocks can be aligned. */
export const ALIGNMENTS: readonly (readonly [Alignment | null, TextId])[] = [
  [null, 'page.alignStart'],
  ['center', 'page.center'],
  ['end', 'page.alignEnd'],
  ['justify', 'page.justify'],
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
    <Popover label={t('page.colors')} face={<span className="color-face">A</span>}>
      <Shades editor={editor} mark="color" label={t('page.text')} />
      <Shades editor={editor} mark="highlight" label={t('page.highlight')} />
    </Popover>
  )
}

interface ShadesProps extends ToolProps {
  readonly mark: 'color' | 'highlight'
  readonly label: string
}

function Shades({ editor, mark, label }: ShadesProps) {
  const now = shadeNow(editor, mark)
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
          title={nameOf(color)}
          aria-label={t('page.colorOf', { of: label, color: nameOf(color) })}
          aria-checked={now === color}
          onClick={() => {
            shade(editor, mark, color)
            closeMenu()
          }}
        >
          A
        </button>
      ))}
    </fieldset>
  )
}

/** Returns the color of the selected text or of its background; `null` for none. */
export const shadeNow = (editor: Editor, mark: ShadesProps['mark']): unknown =>
  editor.getAttributes(mark)['color'] ?? null

/** Colors the selected text or its background. */
export function shade(editor: Editor, mark: ShadesProps['mark'], color: Color | null): void {
  const chain = editor.chain().focus()
  if (color === null) chain.unsetMark(mark).run()
  else chain.setMark(mark, { color }).run()
}

/** Returns the name of a color, and what it is called to have none. */
export const nameOf = (color: Color | null, none: TextId = 'page.colorDefault'): string =>
  t(color === null ? none : `page.color.${color}`)

/** Aligns the selected blocks. */
export function alignTo(editor: Editor, to: Alignment | null): void {
  editor
    .chain()
    .focus()
    .command(({ state, dispatch }) => align(to)(state, dispatch))
    .run()
}

/** Offers how the selected blocks are aligned. @see OFFICE.md PE4 */
function AlignTool({ editor, now }: ToolProps & { readonly now: Alignment | null | undefined }) {
  return (
    <Popover label={t('page.alignment')} face={ICONS[now ?? 'start']}>
      {ALIGNMENTS.map(([to, label]) => (
        <button
          key={label}
          type="button"
          className="choice"
          role="menuitemradio"
          tabIndex={-1}
          aria-checked={now === to}
          onClick={() => {
            alignTo(editor, to)
            closeMenu()
          }}
        >
          {ICONS[to ?? 'start']} {t(label)}
        </button>
      ))}
    </Popover>
  )
}
