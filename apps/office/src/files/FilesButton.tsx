import { useEffect, useState, useSyncExternalStore } from 'react'
import type { SharedWorkbook } from '@whereabouts/univer'
import { readName } from '../document-name.js'
import { latePart } from '../late-part.js'
import { nameUntitled } from '../name-untitled.js'
import type { DocumentRoute } from '../route.js'
import type { Session } from '../session.js'
import type { DroppedFile } from './dropped-files.js'
import { t } from '../language/language.js'
import type { SheetTarget } from './file-opening.js'

const OpenFileDialog = latePart(async () => (await import('./OpenFileDialog.js')).OpenFileDialog)
const FilesDialog = latePart(async () => (await import('./FilesDialog.js')).FilesDialog)

/** A sheet that can be saved, and to which sheets can be added. */
export type SheetFiles = SheetTarget &
  Pick<SharedWorkbook, 'toSave'> & {
    /** What is dropped on the sheet. */
    readonly dropped: Pick<DroppedFile, 'take'>
    /** Asks how the sheet that is shown is to be printed. */
    readonly print: () => void
  }

interface FilesButtonProps {
  readonly session: Session
  readonly route: DocumentRoute
  readonly files: SheetFiles
}

/** Opens the dialog of files of a sheet, and takes those that are dropped on it. @see FILES.md FL11 */
export function FilesButton({ session, route, files }: FilesButtonProps) {
  const canEdit = useSyncExternalStore(session.subscribe, () => session.canEdit)
  const [isOpen, setOpen] = useState(false)
  const [file, setFile] = useState<File | null>(null)
  useEffect(() => files.dropped.take(setFile), [files])
  return (
    <>
      <button type="button" className="share" onClick={() => setOpen(true)}>
        {t('files.button')}
      </button>
      {isOpen && (
        <FilesDialog
          title={readName(session.doc, route.room) ?? nameUntitled(route)}
          toSave={files.toSave}
          onPrint={files.print}
          onOpen={setFile}
          onClose={() => setOpen(false)}
        />
      )}
      {file !== null && (
        <OpenFileDialog
          file={file}
          into={canEdit ? files : undefined}
          onClose={() => setFile(null)}
        />
      )}
    </>
  )
}
