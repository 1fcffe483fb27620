import { useRef, type ReactNode } from 'react'
import { t } from '../language/language.js'

interface FilePickerProps {
  readonly className: string
  readonly children?: ReactNode
  readonly onPick: (file: File) => void
}

/** The endings of files that can be opened. FILES.md FL1 */
const ENDINGS = '.xlsx,.xlsm,.xltx,.xls,.ods,.csv,.tsv,.tab,.txt'

/** A button that lets the person choose a file. */
export function FilePicker({ className, children, onPick }: FilePickerProps) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <button type="button" className={className} onClick={() => input.current?.click()}>
        {children ?? t('files.open')}
      </button>
      <input
        ref={input}
        type="file"
        accept={ENDINGS}
        hidden
        aria-label={t('files.open')}
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? []
          // The same file can be chosen again.
          currentTarget.value = ''
          if (file !== undefined) onPick(file)
        }}
      />
    </>
  )
}
