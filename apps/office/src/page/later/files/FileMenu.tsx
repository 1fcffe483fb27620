import type { Editor } from '@tiptap/core'
import { useEffect } from 'react'
import { t } from '../../../language/language.js'
import { readName, readTitle } from '../../../document-name.js'
import { isNamedByChance } from '../../../route.js'
import type { Session } from '../../../session.js'
import { bindingOf } from '../../bound.js'
import { FILES } from '../../late-parts.js'
import { closeMenu, Popover } from '../Popover.js'
import { dropPart, insertFiles } from './insert-files.js'
import { TEXTS as MATH_TEXTS } from '../math/texts.js'
import { hasFormulas } from './math-files.js'
import { READABLE } from './read-file.js'
import { pageAsHtml, pageAsMarkdown, save } from './write-page.js'

interface FileMenuProps {
  readonly editor: Editor
  readonly session: Session
  readonly canEdit: boolean
  /** Called with the reason when a file is refused. */
  readonly refused: (why: string) => void
}

const PICKER_ID = 'insert-file'
const WORD_TYPE = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

/** Saves, prints and takes in files. @see OFFICE.md PE15, PE16, PE17 */
export function FileMenu({ editor, session, canEdit, refused }: FileMenuProps) {
  useEffect(() => FILES.fill(editor, dropPart(editor, refused)), [editor, refused])
  return (
    <>
      <Popover label={t('page.file')} face={t('page.file')}>
        {fileEntries({ editor, session, canEdit, refused }).map(({ label, act }) => (
          <Item key={label} label={label} run={act} />
        ))}
      </Popover>
      <input
        id={PICKER_ID}
        hidden
        type="file"
        accept={READABLE.join()}
        aria-label={t('page.insertFile')}
        multiple
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])]
          currentTarget.value = ''
          void insertFiles(editor, files, refused)
        }}
      />
    </>
  )
}

/** Returns what can be done with the page as a file. */
export function fileEntries({ editor, session, canEdit, refused }: FileMenuProps) {
  const insert = {
    label: t('page.insertFile'),
    act: () => document.getElementById(PICKER_ID)?.click(),
  }
  return [
    { label: t('page.saveMarkdown'), act: () => saveAsMarkdown(editor, session) },
    { label: t('page.saveHtml'), act: () => void saveAsHtml(editor, session, refused) },
    { label: t('page.saveWord'), act: () => void saveAsWord(editor, session, refused) },
    { label: t('page.print'), keys: 'Control+P', act: () => window.print() },
    ...(canEdit ? [insert] : []),
  ]
}

interface ItemProps {
  readonly label: string
  readonly run: () => void
}

function Item({ label, run }: ItemProps) {
  return (
    <button
      type="button"
      className="choice"
      role="menuitem"
      tabIndex={-1}
      onClick={() => {
        closeMenu()
        run()
      }}
    >
      {label}
    </button>
  )
}

function saveAsMarkdown(editor: Editor, session: Session): void {
  const { blocks } = bindingOf(editor).page
  const text = pageAsMarkdown(readTitle(session.doc), blocks)
  save(`${fileNameOf(session)}.md`, 'text/markdown', text)
}

/** What draws formulas is loaded when there are some. */
async function saveAsHtml(
  editor: Editor,
  session: Session,
  refused: FileMenuProps['refused'],
): Promise<void> {
  const { blocks } = bindingOf(editor).page
  const name = fileNameOf(session)
  const html = await pageAsHtml(readTitle(session.doc), name, blocks).catch(() => undefined)
  if (html === undefined) refused(t('common.unreachable'))
  else save(`${name}.html`, 'text/html', html)
}

/** What writes such files is loaded when somebody saves one. */
async function saveAsWord(
  editor: Editor,
  session: Session,
  refused: FileMenuProps['refused'],
): Promise<void> {
  const name = `${fileNameOf(session)}.docx`
  const part = await import('./word/save-word.js').catch(() => undefined)
  if (part === undefined) return refused(t('common.unreachable'))
  try {
    const { blocks } = bindingOf(editor).page
    save(name, WORD_TYPE, await part.pageAsWord(readTitle(session.doc), blocks))
    if (hasFormulas(blocks)) refused(MATH_TEXTS.asText(name))
  } catch (error) {
    reportError(error)
    refused(t('page.wordNotMade', { name }))
  }
}

const fileNameOf = ({ doc, name }: Session): string =>
  readName(doc, name) ?? (isNamedByChance(name) ? t('common.untitled', { kind: 'page' }) : name)
