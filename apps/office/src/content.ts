import type { Member } from '@whereabouts/client'
import type { Sheet } from './open-sheet.js'

/** What is open in a room, sheet or page, for what is around it. */
export interface Content {
  /** Where somebody is, in words; `undefined` if that can't be said. */
  where(member: Member): string | undefined
  /** Brings where somebody is into sight. */
  show(member: Member): void
  /**
   * Brings where somebody is into sight if it isn't, which is how to stay with who moves. Without it
   * one is brought there once.
   */
  follow?(member: Member): void
  /** Puts the keyboard where one writes. */
  focus(): void
  /** Calls back when `where` may say something else; returns how to stop that. */
  subscribe(listener: () => void): () => void
}

/** The open sheet as content. @see OFFICE.md SH5 */
export function sheetContent(sheet: Sheet): Content {
  return {
    where: ({ location }) => sheet.where(location),
    show: ({ location }) => sheet.show(location),
    focus: () => sheet.focus(),
    subscribe: (listener) => sheet.subscribe(listener),
  }
}
