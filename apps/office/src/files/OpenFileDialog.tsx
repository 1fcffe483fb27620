import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { t } from '../language/language.js'
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
      <h2 id="open-file">
        {hasFailed
          ? t('files.cantOpen', { name: file.name })
          : t('files.opening', { name: file.name })}
      </h2>
      <Shown step={step} />
      <div className="actions">
        <button type="button" onClick={() => dialog.current?.close()}>
          {hasFailed ? t('common.close') : t('common.cancel')}
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
          {t('files.add')}
        </button>
        <button type="button" className="primary" onClick={() => opening.begin(true)}>
          {t('files.asNew')}
        </button>
      </>
    )
  }
  if (step.at !== 'left-out') return null
  return (
    <button type="button" className="primary" onClick={() => opening.finish()}>
      {t('files.openAnyway')}
    </button>
  )
}

function Shown({ step }: { readonly step: Step }) {
  switch (step.at) {
    case 'choose':
      return <p>{t('files.where')}</p>
    case 'reading':
    case 'writing':
    case 'done':
      return (
        <p>
          <output>{step.at === 'reading' ? t('files.reading') : t('files.storing')}</output>{' '}
          <progress />
        </p>
      )
    case 'left-out':
      return (
        <>
          <p>{t('files.leaves')}</p>
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
