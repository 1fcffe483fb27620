import { useEffect, useRef, useState, type FormEvent } from 'react'
import type { ToSave } from '@whereabouts/univer'
import type { LeftOut } from '@whereabouts/univer/files'
import { FilePicker } from './FilePicker.js'
import { formatList } from '../language/formats.js'
import { t } from '../language/language.js'
import { FileWork } from './file-work.js'
import { notify } from '../passing-notice.js'
import type { FileForm } from './messages.js'
import { describeLeftOut } from './sentences.js'

interface FilesDialogProps {
  /** What the document is called. */
  readonly title: string
  readonly toSave: () => ToSave
  readonly onOpen: (file: File) => void
  readonly onPrint: () => void
  readonly onClose: () => void
}

type FormName = 'xlsx' | 'csv' | 'semicolons' | 'tsv'

const FORMS: readonly FormName[] = ['xlsx', 'csv', 'semicolons', 'tsv']
const TYPES = {
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv',
  semicolons: 'text/csv',
  tsv: 'text/tab-separated-values',
}
const DELIMITERS = { csv: ',', semicolons: ';', tsv: '\t' } as const
const FORBIDDEN = /[\\/:*?"<>|]/g

/** Offers to open a file, and to save the sheets as one. @see FILES.md FL11, FL13 */
export function FilesDialog({ title, toSave, onOpen, onPrint, onClose }: FilesDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [said, say] = useState('')
  const [work] = useState(() => new FileWork())
  useEffect(() => {
    dialog.current?.showModal()
    return () => work.close()
  }, [work])

  const save = async (form: FormName, isMarked: boolean) => {
    say(t('files.writing'))
    const { bytes, leftOut } = await work.write(toSave(), formOf(form, isMarked))
    download(bytes, `${title.replaceAll(FORBIDDEN, '_')}${endingOf(form)}`, TYPES[form])
    dialog.current?.close()
    tellLeftOut(leftOut)
  }
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const chosen = new FormData(event.currentTarget)
    const form = chosen.get('form') as FormName
    save(form, chosen.get('mark') !== null).catch(() => say(t('files.notWritten')))
  }

  return (
    <dialog
      ref={dialog}
      className="given-back file-dialog"
      aria-labelledby="files"
      onClose={onClose}
    >
      <h2 id="files">{t('files.title')}</h2>
      <FilePicker
        className="open-file"
        onPick={(file) => {
          dialog.current?.close()
          onOpen(file)
        }}
      />
      <form onSubmit={submit}>
        <Forms />
        <output className="said">{said}</output>
        <div className="actions">
          <button
            type="button"
            onClick={() => {
              dialog.current?.close()
              onPrint()
            }}
          >
            {t('page.print')}
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            {t('common.cancel')}
          </button>
          <button type="submit" className="primary">
            {t('files.save')}
          </button>
        </div>
      </form>
    </dialog>
  )
}

function Forms() {
  return (
    <fieldset>
      <legend>{t('files.save')}</legend>
      {FORMS.map((form) => (
        <label key={form}>
          <input type="radio" name="form" value={form} defaultChecked={form === 'xlsx'} />
          {t(`files.${form}`)}
        </label>
      ))}
      <label>
        <input type="checkbox" name="mark" defaultChecked />
        {t('files.mark')}
      </label>
    </fieldset>
  )
}

/** Says what of the document the file doesn't have. @see FILES.md FL42 */
function tellLeftOut(leftOut: readonly LeftOut[]): void {
  const what = formatList(leftOut.map((each) => describeLeftOut(each)))
  if (what !== '') notify(t('files.lacks', { what }))
}

function formOf(form: FormName, bom: boolean): FileForm {
  return form === 'xlsx' ? form : { delimiter: DELIMITERS[form], bom }
}

const endingOf = (form: FormName): string => (form === 'semicolons' ? '.csv' : `.${form}`)

function download(bytes: Uint8Array, name: string, type: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([Uint8Array.from(bytes)], { type }))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}
