import type { Editor } from '@tiptap/core'
import { NodeSelection } from '@tiptap/pm/state'
import { formatPercent } from '../../language/formats.js'
import { t } from '../../language/language.js'
import { COLORS, TONES } from '../../page-document/attributes.js'
import type { Tone } from '../../page-document/block.js'
import { closeMenu, Popover } from './Popover.js'
import { nameOf } from './TextTools.js'

interface EditorProps {
  readonly editor: Editor
}

/** Of images, in percent of the text. */
export const WIDTHS = [25, 33, 50, 66, 75] as const
/** Of columns, in pixels; the text is 648 wide. */
export const SIZES = [80, 120, 160, 240, 320] as const
export const TEXT_PX = 648

/** Renders the tools for a selected image. @see OFFICE.md PE21 */
export function ImageTools({ editor }: EditorProps) {
  const { selection } = editor.state
  if (!(selection instanceof NodeSelection) || selection.node.type.name !== 'image') return null
  const { alt, title, width } = selection.node.attrs
  const set = (attrs: object) => editor.commands.updateAttributes('image', attrs)
  return (
    <span className="tools of-block" key={selection.from}>
      <Field label={t('page.altText')} value={alt} onDone={(text) => set({ alt: text })} />
      <Field label={t('page.caption')} value={title} onDone={(text) => set({ title: text })} />
      <select
        className="tool"
        aria-label={t('page.imageWidth')}
        value={typeof width === 'number' ? width : ''}
        onChange={({ currentTarget: { value } }) =>
          set({ width: value === '' ? null : Number(value) })
        }
      >
        <option value="">{t('page.fullWidth')}</option>
        {withOwn(WIDTHS, width).map((each) => (
          <option key={each} value={each}>
            {formatPercent(each / 100)}
          </option>
        ))}
      </select>
    </span>
  )
}

interface FieldProps {
  readonly label: string
  readonly value: unknown
  readonly onDone: (text: string | null) => void
}

/** A field takes effect when the person is done, so that each letter isn't an edit. */
function Field({ label, value, onDone }: FieldProps) {
  const now = typeof value === 'string' ? value : ''
  return (
    <input
      key={now}
      className="tool-field"
      aria-label={label}
      placeholder={label}
      defaultValue={now}
      maxLength={1_000}
      onBlur={({ currentTarget }) => {
        const text = currentTarget.value.trim()
        if (text !== now) onDone(text === '' ? null : text)
      }}
      onKeyDown={({ key, currentTarget }) => {
        if (key === 'Enter') currentTarget.blur()
      }}
    />
  )
}

function withOwn(offered: readonly number[], own: unknown): readonly number[] {
  const isOther = typeof own === 'number' && !offered.includes(own)
  return isOther ? [...offered, own].toSorted((a, b) => a - b) : offered
}

/** Returns what the selected cell of a table has. */
export function cellNow(editor: Editor): { readonly [name: string]: unknown } {
  return editor.getAttributes(editor.isActive('tableHeader') ? 'tableHeader' : 'tableCell')
}

/** Colors the selected cells of a table. */
export function paintCells(editor: Editor, color: string | null): void {
  editor.chain().focus().setCellAttribute('fill', color).run()
}

/** Renders the tools for the table at the selection, beside those for its lines. @see OFFICE.md PE22 */
export function TableTools({ editor }: EditorProps) {
  const { size, fill } = cellNow(editor)
  return (
    <span className="tools of-block">
      <Popover label={t('page.cellColor')} face={t('page.cellColor')}>
        <div className="shades">
          {[null, ...COLORS].map((color) => (
            <button
              key={color}
              type="button"
              className="shade"
              role="menuitemradio"
              tabIndex={-1}
              data-mark="highlight"
              data-color={color ?? undefined}
              aria-label={nameOf(color, 'page.noColor')}
              title={nameOf(color, 'page.noColor')}
              aria-checked={(fill ?? null) === color}
              onClick={() => {
                paintCells(editor, color)
                closeMenu()
              }}
            />
          ))}
        </div>
      </Popover>
      <select
        className="tool"
        aria-label={t('page.columnWidth')}
        value={typeof size === 'number' ? size : ''}
        onChange={({ currentTarget: { value } }) =>
          setColumnSize(editor, value === '' ? null : Number(value))
        }
      >
        <option value="">{t('page.automaticWidth')}</option>
        {withOwn(SIZES, size).map((each) => (
          <option key={each} value={each}>
            {formatPercent(each / TEXT_PX)}
          </option>
        ))}
      </select>
    </span>
  )
}

/** Sets the width of the columns of all selected cells. */
export function setColumnSize(editor: Editor, size: number | null): void {
  const { state, view } = editor
  const { tr, selection } = state
  const { $from, $to } = selection
  const table = $from.node(1)
  const [first, last] = [$from.index(2), $to.index(2)].toSorted((a, b) => a - b)
  let at = $from.start(1)
  table.forEach((row) => {
    let cellAt = at + 1
    row.forEach((cell, _offset, index) => {
      if (index >= first! && index <= last!) tr.setNodeAttribute(cellAt, 'size', size)
      cellAt += cell.nodeSize
    })
    at += row.nodeSize
  })
  view.dispatch(tr)
  editor.commands.focus()
}

/** Says what the callout at the selection is about; empty for the usual. */
export function setTone(editor: Editor, tone: string): void {
  editor
    .chain()
    .focus()
    .updateAttributes('callout', { tone: tone === '' ? null : tone })
    .run()
}

/** Renders the choice of what a callout is about. @see OFFICE.md PE19 */
export function CalloutTools({ editor }: EditorProps) {
  const tone = (editor.getAttributes('callout')['tone'] as Tone | null | undefined) ?? ''
  return (
    <span className="tools of-block">
      <select
        className="tool"
        aria-label={t('page.callout')}
        value={tone}
        onChange={({ currentTarget: { value } }) => setTone(editor, value)}
      >
        {(['', ...TONES] as const).map((each) => (
          <option key={each} value={each}>
            {t(`page.tone.${each === '' ? 'info' : each}`)}
          </option>
        ))}
      </select>
    </span>
  )
}
