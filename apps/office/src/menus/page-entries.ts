import type { Editor } from '@tiptap/core'
import { NodeSelection, type Command } from '@tiptap/pm/state'
import { useEffect, useRef } from 'react'
import { formatPercent } from '../language/formats.js'
import { t } from '../language/language.js'
import { COLORS, TONES } from '../page-document/attributes.js'
import { alignmentOf, indentBy } from '../page/block-commands.js'
import {
  cellNow,
  paintCells,
  setColumnSize,
  setTone,
  SIZES,
  TEXT_PX,
  WIDTHS,
} from '../page/later/BlockTools.js'
import { deleteBlock } from '../page/later/BlockHandle.js'
import { LANGUAGES, setCodeLanguage } from '../page/later/ContextTools.js'
import { fileEntries } from '../page/later/files/FileMenu.js'
import type { Finding } from '../page/later/FindBar.js'
import { FORMULAS, OTHER_BLOCKS } from '../page/later/inserts.js'
import { moveBlocks } from '../page/later/move.js'
import { ALIGNMENTS, alignTo, nameOf, shade, shadeNow } from '../page/later/TextTools.js'
import { askForLink } from '../page/LinkBar.js'
import {
  BLOCKS,
  INSERTS,
  LISTS,
  MARKS,
  readToolbar,
  REDO,
  TABLE,
  type Tool,
  type ToolbarState,
  UNDO,
} from '../page/tools.js'
import type { Session } from '../session.js'
import { type Entry, type Group, type Menus, offerMenus, within } from './entries.js'
import { pressing } from './press.js'
import { TEXTS } from './texts.js'

/** The open page, and what opens its parts. */
interface PageParts {
  readonly editor: Editor
  readonly session: Session
  readonly refused: (why: string) => void
  /** Begins a comment; `undefined` if the user may not. */
  readonly comment: (() => void) | undefined
  readonly hasOutline: boolean
  readonly onOutline: () => void
  readonly setFinding: (finding: Finding) => void
}

/** Offers the menus of a page while it is shown. @see OFFICE.md OF100 */
export function usePageMenus(parts: PageParts): void {
  const latest = useRef(parts)
  useEffect(() => void (latest.current = parts))
  const { editor } = parts
  const mayComment = parts.comment !== undefined
  useEffect(
    () =>
      offerMenus((canEdit) => pageMenus(latest.current, canEdit && editor.isEditable, mayComment)),
    [editor, mayComment],
  )
}

function pageMenus(parts: PageParts, canEdit: boolean, mayComment: boolean): Menus {
  const { editor, session, refused, comment, hasOutline, onOutline, setFinding } = parts
  // The room has closed, and the page is about to be drawn without it.
  if (editor.isDestroyed) return {}
  const state = readToolbar(editor)
  const find = { label: TEXTS.find, keys: 'Control+F', act: () => setFinding('find') }
  const note: Group = mayComment
    ? [{ label: t('page.comment'), keys: 'Control+Alt+M', act: () => comment?.() }]
    : []
  return {
    file: [fileEntries({ editor, session, canEdit, refused })],
    edit: canEdit
      ? [...editing(editor, state), [find, replacing(setFinding)]]
      : [copying(editor), [find]],
    view: [[{ label: t('page.outline'), isOn: hasOutline, act: onOutline }]],
    insert: canEdit ? [inserting(editor, state), blocks(editor, state), note] : [note],
    format: canEdit ? formatting(editor, state) : [],
  }
}

const replacing = (setFinding: PageParts['setFinding']): Entry => ({
  label: TEXTS.replace,
  keys: 'Control+H',
  act: () => setFinding('replace'),
})

/** Has the browser cut or copy what is selected, as its own menu does. */
const byBrowser = (editor: Editor, label: string, keys: string, command: string): Entry => ({
  label,
  keys,
  isOff: editor.state.selection.empty,
  act: () => {
    editor.view.focus()
    document.execCommand(command)
  },
})

const copying = (editor: Editor): Group => [
  byBrowser(editor, TEXTS.copy, 'Control+C', 'copy'),
  {
    label: TEXTS.selectAll,
    keys: 'Control+A',
    act: () => editor.chain().focus().selectAll().run(),
  },
]

function editing(editor: Editor, state: ToolbarState): readonly Group[] {
  const run = (command: Command): Pick<Entry, 'act' | 'isOff'> => ({
    isOff: !command(editor.state),
    act: () => {
      editor.view.focus()
      command(editor.state, editor.view.dispatch, editor.view)
    },
  })
  return [
    [
      { ...toolEntry(UNDO, editor, state), isOff: !state.canUndo },
      { ...toolEntry(REDO, editor, state), isOff: !state.canRedo },
    ],
    [byBrowser(editor, TEXTS.cut, 'Control+X', 'cut'), ...copying(editor)],
    [
      { label: TEXTS.moveUp, keys: 'Alt+Shift+ArrowUp', ...run(moveBlocks(-1)) },
      { label: TEXTS.moveDown, keys: 'Alt+Shift+ArrowDown', ...run(moveBlocks(1)) },
      { label: TEXTS.deleteBlock, ...run(deleteBlock) },
    ],
  ]
}

/** Returns an entry that does what a button of the toolbar does. */
function toolEntry(tool: Tool, editor: Editor, state: ToolbarState): Entry {
  const { label, keys, mark, style, run } = tool
  const isOn = mark === undefined && style === undefined ? undefined : state.on.includes(label)
  return { label: t(label), keys, isOn, act: () => run(editor.chain().focus()).run() }
}

const tools = (list: readonly Tool[], editor: Editor, state: ToolbarState): Group =>
  list.map((tool) => toolEntry(tool, editor, state))

/** Returns such entries, of which those are off that would change nothing. */
const possible = (list: readonly Tool[], editor: Editor, state: ToolbarState): Group =>
  list.map((tool) => ({
    ...toolEntry(tool, editor, state),
    isOff: !tool.run(editor.can().chain()).run(),
  }))

/** Returns the button of the toolbar that has this name. */
const buttonOf = (name: string): HTMLElement | undefined =>
  [...document.querySelectorAll<HTMLElement>('.toolbar button')].find(
    ({ ariaLabel }) => ariaLabel === name,
  )

const inserting = (editor: Editor, { link }: ToolbarState): Group => [
  {
    label: t('page.link'),
    keys: 'Control+K',
    isOn: link !== undefined,
    act: () => askForLink(editor),
  },
  ...pressing(buttonOf(t('page.image')), t('page.image')),
]

const blocks = (editor: Editor, state: ToolbarState): Group => [
  ...tools(INSERTS, editor, state),
  ...[...OTHER_BLOCKS.map(({ label, run }) => ({ label: t(label), run })), ...FORMULAS].map(
    ({ label, run }) => ({ label, act: () => void run(editor.chain().focus()).run() }),
  ),
]

function formatting(editor: Editor, state: ToolbarState): readonly Group[] {
  const styles = Object.entries(BLOCKS).map(([value, { label, run }], level) => ({
    label: t(label),
    keys: `Control+Alt+${level}`,
    isOn: state.block === value,
    isChoice: true,
    act: () => run(editor.chain().focus()).run(),
  }))
  const indent = (label: string, keys: string, by: 1 | -1): Entry => ({
    label,
    keys,
    isOff: !indentBy(by)(editor.state),
    act: () =>
      editor
        .chain()
        .focus()
        .command((props) => indentBy(by)(props.state, props.dispatch))
        .run(),
  })
  return [
    possible(MARKS, editor, state),
    [
      ...shades(editor, 'color', t('page.colors')),
      ...shades(editor, 'highlight', t('page.highlight')),
    ],
    [
      ...within(t('page.paragraphStyle'), styles),
      ...within(TEXTS.lists, tools(LISTS, editor, state)),
      ...within(t('page.alignment'), alignments(editor)),
      indent(TEXTS.indent, 'Tab', 1),
      indent(TEXTS.outdent, 'Shift+Tab', -1),
    ],
    ofBlock(editor, state),
  ]
}

/** Returns an entry that opens values of which one is chosen. */
function choices<T>(
  label: string,
  values: readonly (readonly [value: T, label: string])[],
  now: unknown,
  choose: (value: T) => void,
): Group {
  const entries = values.map(([value, name]) => ({
    label: name,
    isOn: now === value,
    isChoice: true,
    act: () => choose(value),
  }))
  return [{ label, entries }]
}

const shades = (editor: Editor, mark: 'color' | 'highlight', label: string): Group =>
  choices(
    label,
    [null, ...COLORS].map((color) => [color, nameOf(color)] as const),
    shadeNow(editor, mark),
    (color) => shade(editor, mark, color),
  )

const alignments = (editor: Editor): Group =>
  ALIGNMENTS.map(([to, label]) => ({
    label: t(label),
    isOn: alignmentOf(editor.state) === to,
    isChoice: true,
    act: () => alignTo(editor, to),
  }))

const off = (entries: Group, isOn: boolean): Group =>
  entries.map((entry) => ({ ...entry, isOff: !isOn }))

/** Returns the entries for the block at the selection; those of other blocks can't be used. */
function ofBlock(editor: Editor, state: ToolbarState): Group {
  const { selection } = editor.state
  const isImage = selection instanceof NodeSelection && selection.node.type.name === 'image'
  return [
    ...off(within(t('page.table'), ofTable(editor, state)), state.isInTable),
    ...off(ofImage(editor), isImage),
    ...off(
      choices(
        t('page.callout'),
        (['', ...TONES] as const).map(
          (tone) => [tone as string, t(`page.tone.${tone === '' ? 'info' : tone}`)] as const,
        ),
        editor.getAttributes('callout')['tone'] ?? '',
        (tone) => setTone(editor, tone),
      ),
      editor.isActive('callout'),
    ),
    ...off(
      choices(
        t('page.codeLanguage'),
        [['', t('page.plainText')] as const, ...LANGUAGES],
        editor.getAttributes('codeBlock')['language'] ?? '',
        (language) => setCodeLanguage(editor, language),
      ),
      editor.isActive('codeBlock'),
    ),
  ]
}

function ofTable(editor: Editor, state: ToolbarState): Group {
  const { fill, size } = cellNow(editor)
  return [
    ...possible(TABLE, editor, state),
    ...choices(
      t('page.cellColor'),
      [null, ...COLORS].map((color) => [color, nameOf(color, 'page.noColor')] as const),
      fill ?? null,
      (color) => paintCells(editor, color),
    ),
    ...choices(
      t('page.columnWidth'),
      [
        [null, t('page.automaticWidth')] as const,
        ...SIZES.map((each) => [each, formatPercent(each / TEXT_PX)] as const),
      ],
      size ?? null,
      (width) => setColumnSize(editor, width),
    ),
  ]
}

const ofImage = (editor: Editor): Group =>
  choices(
    t('page.imageWidth'),
    [
      [null, t('page.fullWidth')] as const,
      ...WIDTHS.map((each) => [each, formatPercent(each / 100)] as const),
    ],
    editor.getAttributes('image')['width'] ?? null,
    (width) => editor.commands.updateAttributes('image', { width }),
  )
