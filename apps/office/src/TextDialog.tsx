import { useEffect, useRef, useState } from 'react'
import { copyAll } from './copy-all.js'
import { t } from './language/language.js'

interface TextDialogProps {
  readonly title: string
  readonly about: string
  /** The label of the text. */
  readonly label: string
  /** `undefined` while it is read. */
  readonly text: string | undefined
  /** Drops the text for good; omitted if that isn't offered. */
  readonly onDiscard?: () => void
  readonly onClose: () => void
}

/** Shows a text that can be copied. */
export function TextDialog({ title, about, label, text, onDiscard, onClose }: TextDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const shown = useRef<HTMLTextAreaElement>(null)
  const [isCopied, setIsCopied] = useState(false)
  useEffect(() => dialog.current?.showModal(), [])
  const copy = async () => setIsCopied(await copyAll(shown.current!))
  const discard = () => {
    onDiscard?.()
    dialog.current?.close()
  }
  return (
    <dialog ref={dialog} className="given-back" aria-labelledby="text-of" onClose={onClose}>
      <h2 id="text-of">{title}</h2>
      <p>{about}</p>
      <textarea ref={shown} readOnly rows={8} aria-label={label} value={text ?? ''} />
      <div className="actions">
        {onDiscard !== undefined && (
          <button type="button" onClick={discard}>
            {t('common.discard')}
          </button>
        )}
        <button type="button" onClick={() => dialog.current?.close()}>
          {t('common.close')}
        </button>
        <button
          type="button"
          className="primary"
          disabled={text === undefined || text === ''}
          onClick={() => void copy()}
        >
          {t(isCopied ? 'common.copied' : 'common.copy')}
        </button>
      </div>
    </dialog>
  )
}
