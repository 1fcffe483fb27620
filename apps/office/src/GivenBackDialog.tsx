import { useLayoutEffect, useRef, useState, type SyntheticEvent } from 'react'
import type { GivenBack } from '@whereabouts/univer'
import { copyAll } from './copy-all.js'
import { t } from './language/language.js'

interface GivenBackDialogProps {
  readonly given: GivenBack
  /** Writes it into the selected cell; returns whether that worked. Omitted if cells can't be edited. */
  readonly onPut: ((given: GivenBack) => boolean) | undefined
  readonly onClose: () => void
}

/**
 * Offers text whose cell is gone. It takes the focus, so that someone still typing goes on in it
 * and not in another cell. Only a button discards what nobody has copied.
 *
 * @see OFFICE.md SH31, SH130
 */
export function GivenBackDialog({ given, onPut, onClose }: GivenBackDialogProps) {
  const { dialog, text, said, isCopied, setIsCopied, copy, close, stayUnlessCopied, closed } =
    useDialog(
      given,
      t(onPut === undefined ? 'document.givenStaysToView' : 'document.givenStays'),
      onClose,
    )
  const put = () => {
    if (onPut?.({ ...given, text: text.current!.value })) close()
  }

  return (
    <dialog
      ref={dialog}
      className="given-back"
      aria-labelledby="given-back"
      aria-describedby="given-back-reason"
      onKeyDown={(event) => {
        if (event.key === 'Escape') stayUnlessCopied(event)
      }}
      onCancel={stayUnlessCopied}
      onClose={closed}
    >
      <h2 id="given-back">{t('document.givenTitle')}</h2>
      <p id="given-back-reason">{given.reason}</p>
      <textarea
        ref={text}
        rows={5}
        aria-label={t('document.givenText')}
        defaultValue={given.text}
        onInput={() => setIsCopied(false)}
        onCopy={() => setIsCopied(isAllSelected(text.current!))}
      />
      <output className="said">{said}</output>
      <div className="actions">
        <button type="button" onClick={close}>
          {t('common.discard')}
        </button>
        {onPut !== undefined && (
          <button type="button" onClick={put}>
            {t('document.givenPut')}
          </button>
        )}
        <button type="button" className="primary" onClick={() => void copy()}>
          {t(isCopied ? 'common.copied' : 'common.copy')}
        </button>
      </div>
    </dialog>
  )
}

/** Holds the dialog open until its text is copied or a button has decided about it. */
function useDialog(given: GivenBack, stays: string, onClose: () => void) {
  const dialog = useRef<HTMLDialogElement>(null)
  const text = useRef<HTMLTextAreaElement>(null)
  const isDecided = useRef(false)
  const [isCopied, setIsCopied] = useState(false)
  const [said, say] = useState('')

  // Before the next key, which is still for that text.
  useLayoutEffect(() => {
    dialog.current?.showModal()
    text.current?.focus()
    text.current?.setSelectionRange(given.text.length, given.text.length)
  }, [given])

  const mayClose = () => isDecided.current || isCopied || text.current!.value === ''
  const close = () => {
    isDecided.current = true
    dialog.current?.close()
  }
  const stayUnlessCopied = (event: SyntheticEvent) => {
    if (mayClose()) return
    event.preventDefault()
    say(stays)
  }
  // A browser may close a dialog that it was asked not to close, such as for the back gesture.
  const closed = () => (mayClose() ? onClose() : dialog.current?.showModal())
  const copy = async () => {
    const isDone = await copyAll(text.current!)
    setIsCopied(isDone)
    say(isDone ? '' : t('document.notCopied'))
  }
  return { dialog, text, said, isCopied, setIsCopied, copy, close, stayUnlessCopied, closed }
}

function isAllSelected({ selectionStart, selectionEnd, value }: HTMLTextAreaElement): boolean {
  return selectionStart === 0 && selectionEnd === value.length
}
