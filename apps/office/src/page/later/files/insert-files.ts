import type { Editor } from '@tiptap/core'
import { Fragment, Slice } from '@tiptap/pm/model'
import { dropPoint } from '@tiptap/pm/transform'
import { t } from '../../../language/language.js'
import type { Block } from '../../../page-document/block.js'
import { bindingOf } from '../../bound.js'
import { nodesOf } from '../../clipboard/clipboard.js'
import { Converter } from '../../convert.js'
import type { LatePart } from '../../late-parts.js'
import { isReadable, readFile } from './read-file.js'

/** Takes in files of text that are dropped on the page; images are dealt with elsewhere. */
export function dropPart(editor: Editor, refused: (why: string) => void): LatePart<null> {
  return {
    init: () => null,
    apply: () => null,
    handleDrop(view, { dataTransfer, clientX, clientY }) {
      const files = [...(dataTransfer?.files ?? [])].filter(isReadable)
      if (files.length === 0 || !view.editable) return false
      const at = view.posAtCoords({ left: clientX, top: clientY })?.pos
      void insertFiles(editor, files, refused, at)
      return true
    },
  }
}

/** Inserts the content of files at the caret or at a position; each is one undo step. @see OFFICE.md PE17 */
export async function insertFiles(
  editor: Editor,
  files: readonly File[],
  refused: (why: string) => void,
  at?: number,
): Promise<void> {
  for (const file of files) {
    try {
      const { blocks, notice } = await readFile(file)
      if (editor.isDestroyed || !editor.isEditable) return
      if (blocks.length === 0) throw new Error(t('page.fileEmpty', { name: file.name }))
      insertBlocks(editor, blocks, at)
      if (notice !== undefined) refused(notice)
    } catch (error) {
      refused(error instanceof Error ? error.message : t('page.fileKind', { name: file.name }))
    }
  }
}

function insertBlocks(editor: Editor, blocks: readonly Block[], at: number | undefined): void {
  const binding = bindingOf(editor)
  const { state, view } = editor
  const { tr, doc, selection } = state
  const content = Fragment.from(nodesOf(blocks, new Converter(state.schema)))
  // What others did meanwhile may have moved the position; then it is near enough.
  const wanted = Math.min(at ?? selection.to, doc.content.size)
  const $wanted = doc.resolve(wanted)
  const isEmptyLine =
    at === undefined &&
    $wanted.depth === 1 &&
    $wanted.parent.isTextblock &&
    $wanted.parent.content.size === 0
  binding.endStep()
  if (isEmptyLine) tr.replaceWith($wanted.before(), $wanted.after(), content)
  else {
    const after = $wanted.depth === 0 ? wanted : $wanted.after(1)
    const here =
      at === undefined ? after : (dropPoint(doc, wanted, new Slice(content, 0, 0)) ?? after)
    tr.insert(doc.resolve(here).depth === 0 ? here : after, content)
  }
  view.dispatch(tr.scrollIntoView())
  binding.endStep()
}
