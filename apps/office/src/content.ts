import type { Member } from '@whereabouts/client'
import { formatCell, parsePlace } from './place.js'
import type { Sheet } from './sheet/sheet.js'

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
  subscribe?(listener: () => void): () => void
}

/** The open sheet as content. @see PROTOCOL.md SH5 */
export function sheetContent(sheet: Sheet): Content {
  return {
    where: (member) => describePlace(member, sheet),
    show({ location }) {
      const place = parsePlace(location)
      if (place !== undefined) sheet.show(place)
    },
    focus: () => sheet.focus(),
  }
}

/** @example describePlace(ann, sheet) // 'C5 of Sheet 2' */
function describePlace({ location }: Member, sheet: Sheet): string | undefined {
  const place = parsePlace(location)
  if (place === undefined) return undefined
  return `${formatCell(place.cell)} of ${sheet.nameOf(place.sheet) ?? 'a sheet of their own'}`
}
