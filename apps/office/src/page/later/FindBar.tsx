import type { Editor } from '@tiptap/core'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { createPortal } from 'react-dom'
import { t } from '../../language/language.js'
import { bindingOf } from '../bound.js'
import { FIND } from '../late-parts.js'
import { FIND_PART, goOn, readFind, replace, setFind } from './find.js'
import { useEditorChanges } from './useEditorState.js'

/** What is open: nothing, the search, or the search with what replaces. */
export type Finding = 'find' | 'replace' | null

interface FindBarProps {
  readonly editor: Editor
  readonly finding: Finding
  readonly onClose: () => void
}

/** Finds text on the page, and replaces it. @see OFFICE.md PE13, PE14 */
export function FindBar({ editor, finding, onClose }: FindBarProps) {
  // Before the search begins, which is an effect of what is in here.
  useLayoutEffect(() => FIND.fill(editor, FIND_PART), [editor])
  const body = editor.view.dom.closest('.page-body')
  if (finding === null || body === null) return null
  const close = () => {
    const { matches, at } = readFind(editor)
    const match = matches[at]
    setFind(editor, { query: '' })
    if (match !== undefined) editor.commands.setTextSelection(match)
    // At once, since the next key is for the text.
    editor.view.focus()
    onClose()
  }
  return createPortal(<FindForm {...{ editor, close }} canReplace={finding === 'replace'} />, body)
}

interface FindFormProps {
  readonly editor: Editor
  readonly canReplace: boolean
  readonly close: () => void
}

function FindForm({ editor, canReplace, close }: FindFormProps) {
  useEditorChanges(editor)
  const { isExact, matches, at, query } = readFind(editor)
  const [said, setSaid] = useState('')
  const [begin] = useState(() => selectedText(editor))
  const bar = useRef<HTMLElement>(null)
  const field = useRef<HTMLInputElement>(null)
  // Also when the page is opened again meanwhile: then something else may have been typed here.
  useEffect(() => setFind(editor, { query: field.current?.value ?? '' }), [editor])
  useShown(editor, matches[at]?.from)
  useEscape(bar, close)
  return (
    <search ref={bar} className="find-bar" aria-label={t('page.find')}>
      <span className="find-row">
        <input
          ref={field}
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- the button or the key asks for this
          autoFocus
          aria-label={t('page.find')}
          placeholder={t('page.find')}
          defaultValue={begin}
          onFocus={(event) => event.currentTarget.select()}
          onKeyDown={({ key, shiftKey }) => {
            if (key === 'Enter') goOn(editor, shiftKey ? -1 : 1)
          }}
          onInput={({ currentTarget: { value } }) => {
            setSaid('')
            setFind(editor, { query: value })
          }}
        />
        <output>{said === '' ? describe(query, matches.length, at) : said}</output>
        <FindButton label={t('page.previous')} face="↑" onClick={() => goOn(editor, -1)} />
        <FindButton label={t('page.next')} face="↓" onClick={() => goOn(editor, 1)} />
        <FindButton
          label={t('page.matchCase')}
          face="Aa"
          isOn={isExact}
          onClick={() => setFind(editor, { isExact: !isExact })}
        />
        <FindButton label={t('common.close')} face="×" onClick={close} />
      </span>
      {canReplace && <ReplaceRow editor={editor} say={setSaid} />}
    </search>
  )
}

interface ReplaceRowProps {
  readonly editor: Editor
  readonly say: (said: string) => void
}

function ReplaceRow({ editor, say }: ReplaceRowProps) {
  const by = useRef<HTMLInputElement>(null)
  const put = (isAll: boolean) => {
    const { matches, at } = readFind(editor)
    const chosen = isAll ? matches : matches.slice(at, at + 1)
    const binding = bindingOf(editor)
    binding.endStep()
    replace(editor, chosen, by.current?.value ?? '')
    binding.endStep()
    say(isAll ? t('page.replaced', { count: chosen.length }) : '')
  }
  return (
    <span className="find-row">
      <input ref={by} aria-label={t('page.replaceWith')} placeholder={t('page.replaceWith')} />
      <button type="button" className="plain" onClick={() => put(false)}>
        {t('page.replace')}
      </button>
      <button type="button" className="plain" onClick={() => put(true)}>
        {t('page.replaceAll')}
      </button>
    </span>
  )
}

interface FindButtonProps {
  readonly label: string
  readonly face: string
  readonly isOn?: boolean
  readonly onClick: () => void
}

function FindButton({ label, face, isOn, onClick }: FindButtonProps) {
  return (
    <button
      type="button"
      className="tool"
      title={label}
      aria-label={label}
      aria-pressed={isOn}
      onClick={onClick}
    >
      {face}
    </button>
  )
}

function describe(query: string, count: number, at: number): string {
  if (query === '') return ''
  return count === 0 ? t('page.notFound') : t('page.matchOf', { at: at + 1, count })
}

/** Closes the search by Escape from anywhere in it. */
function useEscape(bar: React.RefObject<HTMLElement | null>, close: () => void): void {
  useEffect(() => {
    const element = bar.current
    const look = ({ key }: globalThis.KeyboardEvent) => {
      if (key === 'Escape') close()
    }
    element?.addEventListener('keydown', look)
    return () => element?.removeEventListener('keydown', look)
  }, [bar, close])
}

/** Returns the selected text, which a search begins with; empty if it is of several blocks. */
function selectedText({ state: { doc, selection } }: Editor): string {
  const { $from, $to, from, to } = selection
  return $from.sameParent($to) && $from.parent.isTextblock ? doc.textBetween(from, to) : ''
}

/** Keeps the current match in sight. */
function useShown(editor: Editor, from: number | undefined): void {
  useEffect(() => {
    if (from === undefined) return
    editor.view.dom.querySelector('.found.current')?.scrollIntoView({ block: 'center' })
  }, [editor, from])
}

/** Opens the search by Ctrl+F and, for who can edit, by Ctrl+H. */
export function useFindKeys(canEdit: boolean, open: (finding: Finding) => void): void {
  useEffect(() => {
    const look = (event: globalThis.KeyboardEvent) => {
      const { key, ctrlKey, metaKey, altKey, shiftKey } = event
      if (!(ctrlKey || metaKey) || shiftKey || document.querySelector('dialog[open]') !== null)
        return
      const letter = key.toLowerCase()
      // On a Mac, Cmd+H hides the application.
      const isReplace = (ctrlKey && letter === 'h') || (altKey && letter === 'f')
      if (!isReplace && (letter !== 'f' || altKey)) return
      event.preventDefault()
      open(isReplace && canEdit ? 'replace' : 'find')
    }
    window.addEventListener('keydown', look)
    return () => window.removeEventListener('keydown', look)
  }, [canEdit, open])
}
