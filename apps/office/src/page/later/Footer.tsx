import type { Editor } from '@tiptap/core'
import { useEffect, useState, type ReactNode } from 'react'
import { t } from '../../language/language.js'
import { countText, type Count } from './count.js'

interface FooterProps {
  readonly editor: Editor
  readonly hasOutline: boolean
  readonly onOutline: () => void
  readonly onFind: () => void
  readonly children: ReactNode
}

// Counting a long page at each key would slow down typing.
const COUNT_AFTER_MS = 250

/** Shows the size of the page, and what can be done with all of it. @see OFFICE.md PE12 */
export function Footer({ editor, hasOutline, onOutline, onFind, children }: FooterProps) {
  return (
    <footer className="page-footer">
      <button type="button" className="plain" aria-pressed={hasOutline} onClick={onOutline}>
        {t('page.outline')}
      </button>
      <button
        type="button"
        className="plain"
        title={t('page.withKeys', { name: t('page.find'), keys: 'Ctrl+F' })}
        onClick={onFind}
      >
        {t('page.find')}
      </button>
      {children}
      <WordCount editor={editor} />
    </footer>
  )
}

function WordCount({ editor }: { readonly editor: Editor }) {
  const { all, selected } = useCounts(editor)
  const words =
    selected === null
      ? t('page.words', { count: all.words })
      : t('page.ofWords', { some: selected.words, all: all.words })
  const { characters, withoutSpaces } = selected ?? all
  return (
    <span className="word-count" title={t('page.characters', { all: characters, withoutSpaces })}>
      {words}
    </span>
  )
}

interface Counts {
  readonly all: Count
  /** `null` if nothing is selected. */
  readonly selected: Count | null
}

function useCounts(editor: Editor): Counts {
  const [counts, setCounts] = useState(() => read(editor))
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const wait = () => {
      clearTimeout(timer)
      timer = setTimeout(() => setCounts(read(editor)), COUNT_AFTER_MS)
    }
    editor.on('update', wait).on('selectionUpdate', wait).on('transaction', wait)
    return () => {
      editor.off('update', wait).off('selectionUpdate', wait).off('transaction', wait)
      clearTimeout(timer)
    }
  }, [editor])
  return counts
}

function read({ state: { doc, selection } }: Editor): Counts {
  const textOf = (from: number, to: number) => doc.textBetween(from, to, '\n', ' ')
  const all = countText(textOf(0, doc.content.size))
  const selected = selection.empty ? '' : textOf(selection.from, selection.to)
  return { all, selected: selected === '' ? null : countText(selected) }
}
