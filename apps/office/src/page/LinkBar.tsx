import type { Editor } from '@tiptap/core'
import { useState, type FormEvent } from 'react'
import { isSafeLink, readLink } from '../page-document/links.js'
import { t } from '../language/language.js'

const ASKED = 'asklink'

/** Opens the form for a link, as Ctrl+K does. */
export function askForLink({ view: { dom } }: Editor): void {
  dom.dispatchEvent(new Event(ASKED))
}

/** Calls back when a link is asked for. */
export function onAskForLink({ view: { dom } }: Editor, open: () => void): () => void {
  dom.addEventListener(ASKED, open)
  return () => dom.removeEventListener(ASKED, open)
}

interface LinkBarProps {
  readonly editor: Editor
  /** The target of the link at the selection. */
  readonly href: string | undefined
  readonly isOpen: boolean
  readonly onOpen: () => void
  readonly onClose: () => void
}

/** Shows the target of the link at the selection, or asks for one. */
export function LinkBar({ editor, href, isOpen, onOpen, onClose }: LinkBarProps) {
  const remove = () => {
    editor.chain().focus().extendMarkRange('link').unsetLink().run()
    onClose()
  }
  if (isOpen) {
    return <LinkForm editor={editor} href={href} onRemove={remove} onClose={onClose} />
  }
  if (href === undefined || !isSafeLink(href)) return null
  return (
    <div className="link-bar">
      <a href={href} target="_blank" rel="noopener noreferrer nofollow">
        {href}
      </a>
      <button type="button" className="plain" onClick={onOpen}>
        {t('page.editLink')}
      </button>
      <button type="button" className="plain" onClick={remove}>
        {t('page.removeLink')}
      </button>
    </div>
  )
}

interface LinkFormProps {
  readonly editor: Editor
  readonly href: string | undefined
  readonly onRemove: () => void
  readonly onClose: () => void
}

function LinkForm({ editor, href, onRemove, onClose }: LinkFormProps) {
  const [isWrong, setIsWrong] = useState(false)
  const close = () => {
    onClose()
    editor.commands.focus()
  }
  const apply = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const typed = new FormData(event.currentTarget).get('href')
    const text = typeof typed === 'string' ? typed.trim() : ''
    if (text === '') return onRemove()
    const link = readLink(text)
    if (link === undefined) return setIsWrong(true)
    setLink(editor, link)
    onClose()
  }
  return (
    <form className="link-bar" onSubmit={apply} noValidate>
      <input
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- the button or the key asks for this
        autoFocus
        name="href"
        inputMode="url"
        aria-label={t('page.linkTo')}
        aria-invalid={isWrong}
        placeholder={t('page.linkExample')}
        defaultValue={href ?? ''}
        onFocus={(event) => event.currentTarget.select()}
        onInput={() => setIsWrong(false)}
        onKeyDown={({ key }) => key === 'Escape' && close()}
      />
      <button type="submit" className="plain">
        {t('page.setLink')}
      </button>
      <button type="button" className="plain" onClick={close}>
        {t('common.cancel')}
      </button>
      {isWrong && <output>{t('page.linkWrong')}</output>}
    </form>
  )
}

function setLink(editor: Editor, href: string): void {
  const isNowhere = editor.state.selection.empty && !editor.isActive('link')
  // At the edge of a link, `extendMarkRange` would change that link.
  const chain = isNowhere ? editor.chain().focus() : editor.chain().focus().extendMarkRange('link')
  if (isNowhere) {
    const text = href.replace(/^mailto:/, '')
    chain.insertContent({ type: 'text', text, marks: [{ type: 'link', attrs: { href } }] }).run()
  } else chain.setLink({ href }).run()
}
