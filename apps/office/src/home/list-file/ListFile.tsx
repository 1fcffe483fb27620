import './list-file.css'
import { useRef, useSyncExternalStore } from 'react'
import { BASE } from '../../base.js'
import { offer } from '../../passing-notice.js'
import type { RecentList } from '../recents.js'
import { mergeListFile, MOST_BYTES, writeListFile } from './list-file.js'
import { TEXTS } from './texts.js'

/** Exports the list of this browser as a file, and imports one. @see OFFICE.md HM40 HM41 */
export function ListFile({ recents }: { readonly recents: RecentList }) {
  const list = useSyncExternalStore(recents.subscribe, recents.getSnapshot)
  const input = useRef<HTMLInputElement>(null)
  const exportList = () => {
    download(writeListFile(recents.getSnapshot(), homeAddress()), TEXTS.fileName)
    offer(TEXTS.exported(list.length))
  }
  return (
    <p className="list-file">
      {TEXTS.about}
      {list.length > 0 && (
        <button type="button" className="link" onClick={exportList}>
          {TEXTS.exportList}
        </button>
      )}
      <button type="button" className="link" onClick={() => input.current?.click()}>
        {TEXTS.importList}
      </button>
      <input
        ref={input}
        type="file"
        accept=".json"
        hidden
        aria-label={TEXTS.importList}
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? []
          if (file !== undefined) void importFile(file, recents).then(offer)
          // The same file can be chosen again.
          currentTarget.value = ''
        }}
      />
    </p>
  )
}

/** Adds the documents of a file to the list, and returns what is said of that. */
async function importFile(file: File, recents: RecentList): Promise<string> {
  // A file that is gone since it was chosen can't be read.
  const text = file.size > MOST_BYTES ? '' : await file.text().catch(() => '')
  const here = { home: homeAddress(), nowMs: Date.now(), most: recents.most }
  const merged = mergeListFile(text, recents.getSnapshot(), here)
  if (merged === undefined) return TEXTS.wrongFile
  recents.replace(merged.list)
  return TEXTS.imported(merged)
}

function homeAddress(): string {
  return new URL(BASE, location.href).href
}

function download(text: string, name: string): void {
  const link = document.createElement('a')
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), FETCHED_MS)
}

/** The browser has read what it downloads by then. */
const FETCHED_MS = 60_000
