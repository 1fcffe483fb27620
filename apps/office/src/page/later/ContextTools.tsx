import type { Editor } from '@tiptap/core'
import { useEffect } from 'react'
import { t } from '../../language/language.js'
import { HIGHLIGHT } from '../late-parts.js'
import { CalloutTools, ImageTools, TableTools } from './BlockTools.js'
import { Highlight } from './highlight.js'
import { useEditorChanges } from './useEditorState.js'

interface EditorProps {
  readonly editor: Editor
}

/** The languages that are offered: the names are those of the languages themselves. */
export const LANGUAGES: readonly (readonly [language: string, name: string])[] = [
  ['bash', 'Bash'],
  ['c', 'C'],
  ['cpp', 'C++'],
  ['csharp', 'C#'],
  ['css', 'CSS'],
  ['diff', 'Diff'],
  ['go', 'Go'],
  ['graphql', 'GraphQL'],
  ['ini', 'INI, TOML'],
  ['java', 'Java'],
  ['javascript', 'JavaScript'],
  ['json', 'JSON'],
  ['kotlin', 'Kotlin'],
  ['math', 'LaTeX'],
  ['lua', 'Lua'],
  ['makefile', 'Makefile'],
  ['markdown', 'Markdown'],
  ['php', 'PHP'],
  ['python', 'Python'],
  ['r', 'R'],
  ['ruby', 'Ruby'],
  ['rust', 'Rust'],
  ['scss', 'SCSS'],
  ['sql', 'SQL'],
  ['swift', 'Swift'],
  ['typescript', 'TypeScript'],
  ['xml', 'HTML, XML'],
  ['yaml', 'YAML'],
]

/** Renders the tools for what the caret is in, such as the language of code. */
export function ContextTools({ editor }: EditorProps) {
  useEditorChanges(editor)
  useHighlight(editor)
  return (
    <>
      {editor.isActive('codeBlock') && <LanguageTool editor={editor} />}
      {editor.isActive('callout') && <CalloutTools editor={editor} />}
      {editor.isActive('table') && <TableTools editor={editor} />}
      <ImageTools editor={editor} />
    </>
  )
}

/** @see OFFICE.md PE5 */
function LanguageTool({ editor }: EditorProps) {
  const said: unknown = editor.getAttributes('codeBlock')['language']
  const language = typeof said === 'string' ? said : ''
  const isListed = language === '' || LANGUAGES.some(([each]) => each === language)
  const offered = isListed ? LANGUAGES : [[language, language] as const, ...LANGUAGES]
  return (
    <span className="tools of-block">
      <select
        className="tool"
        aria-label={t('page.codeLanguage')}
        value={language}
        onChange={({ currentTarget: { value } }) => setCodeLanguage(editor, value)}
      >
        <option value="">{t('page.plainText')}</option>
        {offered.map(([each, name]) => (
          <option key={each} value={each}>
            {name}
          </option>
        ))}
      </select>
    </span>
  )
}

/** Sets the language of the code at the selection; empty for none. */
export function setCodeLanguage(editor: Editor, language: string): void {
  editor
    .chain()
    .focus()
    .updateAttributes('codeBlock', { language: language === '' ? null : language })
    .run()
}

function useHighlight(editor: Editor): void {
  useEffect(() => {
    const part = new Highlight(editor)
    const { dom } = editor.view
    // The editor takes in the composed text a moment after this event.
    const wait = () => void setTimeout(part.redraw, 50)
    HIGHLIGHT.fill(editor, part)
    dom.addEventListener('compositionend', wait)
    return () => dom.removeEventListener('compositionend', wait)
  }, [editor])
}
