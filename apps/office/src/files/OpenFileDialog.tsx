import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { FILE_TEXTS as TEXTS } from './file-texts.js'
import { FileOpening, type SheetTarget, type Step } from './file-opening.js'

interface OpenFileDialogProps {
  readonly file: File
  /** The open sheet; omitted if there is none, or if it can't be edited. */
  readonly into?: SheetTarget | undefined
  readonly onClose: () => void
}

/** Shows what happens with a file that is opened. */
export function OpenFileDialog({ file, into, onClose }: OpenFileDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [opening] = useState(() => new FileOpening(file, into))
  const step = useSyncExternalStore(opening.subscribe, opening.getSnapshot)
  useEffect(() => {
    dialog.current?.showModal()
    return () => opening.close()
  }, [opening])
  useEffect(() => {
    if (step.at === 'done') dialog.current?.close()
  }, [step])
  const hasFailed = step.at === 'failed'

  return (
    <dialog
      ref={dialog}
      className="given-back file-dialog"
      aria-labelledby="open-file"
      onClose={onClose}
    >
      <h2 id="open-file">{hasFailed ? TEXTS.failed(file.name) : TEXTS.opening(file.name)}</h2>
      <Shown step={step} />
      <div className="actions">
        <button type="button" onClick={() => dialog.current?.close()}>
          {hasFailed ? TEXTS.close : TEXTS.cancel}
        </button>
        <NextButtons step={step} opening={opening} />
      </div>
    </dialog>
  )
}

interface NextButtonsProps {
  readonly step: Step
  readonly opening: FileOpening
}

function NextButtons({ step, opening }: NextButtonsProps) {
  if (step.at === 'choose') {
    return (
      <>
        <button type="button" onClick={() => opening.begin(false)}>
          {TEXTS.intoThis}
        </button>
        <button type="button" className="primary" onClick={() => opening.begin(true)}>
          {TEXTS.asNew}
        </button>
      </>
    )
  }
  if (step.at !== 'left-out') return null
  return (
    <button type="button" className="primary" onClick={() => opening.finish()}>
      {TEXTS.openAnyway}
    </button>
  )
}

function Shown({ step }: { readonly step: Step }) {
  switch (step.at) {
    case 'choose':
      return <p>{TEXTS.whereTo}</p>
    case 'reading':
    case 'writing':
    case 'done':
      return (
        <p>
          <output>{step.at === 'reading' ? TEXTS.reading : TEXTS.writing}</output> <progress />
        </p>
      )
    case 'left-out':
      return (
        <>
          <p>{TEXTS.leftOut}</p>
          <ul>
            {step.lines.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </>
      )
    case 'failed':
      return <p role="alert">{step.why}</p>
  }
}
