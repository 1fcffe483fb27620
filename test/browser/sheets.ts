import { expect } from 'vitest'
import { Office } from './office.js'
import { SheetWindow, type Person, type WindowOptions } from './sheet-window.js'

export { ann, bob } from './office.js'

/** Sheets on a server and in a browser that are shared by the tests of one file. */
export class Sheets extends Office {
  /** Opens the sheet of a room; without a person, it asks for a name. */
  open(
    room: string,
    person?: Person,
    options: Partial<Omit<WindowOptions, 'room' | 'person'>> = {},
  ): Promise<SheetWindow> {
    const { baseUrl } = this
    const who = person === undefined ? {} : { person }
    return SheetWindow.open(this.browser, { baseUrl, room, ...who, ...options })
  }
}

/** Polls a condition, as a window sees the changes of others a moment later. */
export const poll = <T>(look: () => T) => expect.poll(look)

/** Resolves when the windows match the document; fails if any logged a warning or stray request. */
export async function untilInOrder(...windows: readonly SheetWindow[]): Promise<void> {
  for (const window of windows) await window.untilInOrder()
  for (const { complaints, strayRequests } of windows) {
    expect(complaints).toEqual([])
    expect(strayRequests).toEqual([])
  }
}
