import { useEffect, useRef, useState } from 'react'
import type { GivenBack } from '@whereabouts/univer'

interface GivenBackDialogProps {
  readonly given: GivenBack
  /** Writes it into the selected cell; returns whether that worked. */
  readonly onPut: (given: GivenBack) => boolean
  readonly onClose: () => void
}

/**
 * Offers text whose cell is gone. It takes the focus, so that someone still typing goes on in it
 * and not in another cell.
 *
 * @see OFFICE.md SH31
 */
export function GivenBackDialog({ given, onPut, onClose }: GivenBackDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const text = useRef<HTMLTextAreaElement>(null)
  const [isCopied, setIsCopied] = useState(false)

  useEffect(() => {
    dialog.current?.showModal()
    text.current?.focus()
    text.current?.setSelectionRange(given.text.length, given.text.length)
  }, [given])

  const copy = async () => {
    await navigator.clipboard.writeText(text.current!.value)
    setIsCopied(true)
  }
  const put = () => {
    if (onPut({ ...given, text: text.current!.value })) dialog.current?.close()
  }

  return (
    <dialog
      ref={dialog}
      className="given-back"
      aria-labelledby="given-back"
      aria-describedby="given-back-reason"
      onClose={onClose}
    >
      <h2 id="given-back">Your text isn’t in the sheet</h2>
      <p id="given-back-reason">{given.reason}</p>
      <textarea
        ref={text}
        rows={5}
        aria-label="Your text"
        defaultValue={given.text}
        onInput={() => setIsCopied(false)}
      />
      <div className="actions">
        <button type="button" onClick={() => dialog.current?.close()}>
          Discard
        </button>
        <button type="button" onClick={put}>
          Put into the selected cell
        </button>
        <button type="button" className="primary" onClick={() => void copy()}>
          {isCopied ? 'Copied' : 'Copy'}
        </button>
      </div>
    </dialog>
  )
}
