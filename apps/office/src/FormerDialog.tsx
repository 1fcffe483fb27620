import { useEffect, useRef, useState } from 'react'
import { copyAll } from './copy-all.js'
import type { Kind } from './route.js'
import type { Session } from './session.js'

interface FormerDialogProps {
  readonly session: Session
  readonly kind: Kind
  readonly onClose: () => void
}

/** Offers the text of a deleted document that had edits which were never saved. @see OFFICE.md OF15 */
export function FormerDialog({ session, kind, onClose }: FormerDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const shown = useRef<HTMLTextAreaElement>(null)
  const text = useFormerText(session, kind)
  const [isCopied, setIsCopied] = useState(false)
  useEffect(() => dialog.current?.showModal(), [])
  const copy = async () => setIsCopied(await copyAll(shown.current!))
  const discard = () => {
    session.provider.dropFormer()
    dialog.current?.close()
  }
  return (
    <dialog ref={dialog} className="given-back" aria-labelledby="former" onClose={onClose}>
      <h2 id="former">The deleted document, as you last had it</h2>
      <p>Nobody else has this text. This browser keeps it until you discard it.</p>
      <textarea
        ref={shown}
        readOnly
        rows={8}
        aria-label="Text of the deleted document"
        value={text ?? ''}
      />
      <div className="actions">
        <button type="button" onClick={discard}>
          Discard
        </button>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
        <button
          type="button"
          className="primary"
          disabled={text === undefined}
          onClick={() => void copy()}
        >
          {isCopied ? 'Copied' : 'Copy'}
        </button>
      </div>
    </dialog>
  )
}

/** Returns the text; `undefined` while it is read. */
function useFormerText({ provider }: Session, kind: Kind): string | undefined {
  const [text, setText] = useState<string>()
  const { former } = provider
  useEffect(() => {
    if (former === null) return
    void import('./former-text.js').then(({ plainText }) => setText(plainText(former, kind)))
  }, [former, kind])
  return text
}
