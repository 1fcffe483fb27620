import type { Member } from '@whereabouts/client'
import type { SheetFiles } from './files/FilesButton.js'
import type { Restored } from '@whereabouts/univer/document'
import type { Doc } from 'yjs'
import type { Sheet } from './open-sheet.js'

/** The open document of a room, a sheet or a page, as the parts around it see it. */
export interface Content {
  /** Describes where a member is; returns `undefined` if there are no words for it. */
  where(member: Member): string | undefined
  /** Scrolls to where a member is. */
  show(member: Member): void
  /**
   * Scrolls to where a member is if that is out of sight, to keep following them. Content without
   * it shows a member's place once.
   */
  follow?(member: Member): void
  /** What opens and saves files, of a sheet. */
  readonly files?: SheetFiles
  /** Moves the keyboard focus to where a person writes. */
  focus(): void
  /**
   * Makes the document as a version of it was, as one step of undo, and merges that with what others do.
   * Nothing has changed if it was so already, or if the version can't be restored.
   */
  restore?(version: Doc): Restored
  /** Calls back when `where` may answer differently; returns a function that stops it. */
  subscribe(listener: () => void): () => void
}

/** Returns the open sheet as content. @see OFFICE.md SH5, SF18 */
export function sheetContent(sheet: Sheet): Content {
  return {
    where: ({ location }) => sheet.where(location),
    show: ({ location }) => sheet.show(location),
    follow: ({ location }) => sheet.show(location),
    focus: () => sheet.focus(),
    restore: (version) => sheet.restore(version),
    files: sheet.files,
    subscribe: (listener) => sheet.subscribe(listener),
  }
}
