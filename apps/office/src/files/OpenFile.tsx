import { useEffect, useState } from 'react'
import { ICONS } from '../icons.js'
import { latePart } from '../late-part.js'
import { onDroppedFile } from './dropped-files.js'
import { FilePicker } from './FilePicker.js'
import { t } from '../language/language.js'

const OpenFileDialog = latePart(async () => (await import('./OpenFileDialog.js')).OpenFileDialog)

/** Opens a file that is chosen or dropped on Home as a new document. @see FILES.md FL11 */
export function OpenFile() {
  const [file, setFile] = useState<File | null>(null)
  useEffect(() => onDroppedFile(setFile), [])
  return (
    <>
      <FilePicker className="new-document" onPick={setFile}>
        {ICONS.sheet}
        <span>
          <strong>{t('files.open')}</strong>
          <small>{t('files.openHas')}</small>
        </span>
      </FilePicker>
      {file !== null && <OpenFileDialog file={file} onClose={() => setFile(null)} />}
    </>
  )
}
