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
    { label: t('page.saveMarkdown'), act: () => savePage(editor, session, 'md') },
    { label: t('page.saveHtml'), act: () => savePage(editor, session, 'html') },
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

function savePage(editor: Editor, session: Session, kind: 'md' | 'html'): void {
  const { blocks } = bindingOf(editor).page
  const title = readTitle(session.doc)
  const called = fileNameOf(session)
  if (kind === 'md') save(`${called}.md`, 'text/markdown', pageAsMarkdown(title, blocks))
  else save(`${called}.html`, 'text/html', pageAsHtml(title, called, blocks))
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
  } catch (error) {
    reportError(error)
    refused(t('page.wordNotMade', { name }))
  }
}

const fileNameOf = ({ doc, name }: Session): string =>
  readName(doc, name) ?? (isNamedByChance(name) ? t('common.untitled', { kind: 'page' }) : name)
