import { expect } from 'vitest'
import { Office } from './office.js'
import { SheetWindow, type Person, type WindowOptions } from './sheet-window.js'

export { ann, bob } from './office.js'

/** Sheets of a server and of a browser that live as long as the tests of a file. */
export class Sheets extends Office {
  /** A window that shows the sheet of a room; it asks for a name if it is for nobody. */
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

/** Asks until it is so; a window hears of what others do a moment later. */
export const poll = <T>(look: () => T) => expect.poll(look, { timeout: 15_000 })

/** Resolves when windows show what the document says; none had anything to complain about. */
export async function untilInOrder(...windows: readonly SheetWindow[]): Promise<void> {
  for (const window of windows) await window.untilInOrder()
  for (const { complaints, strayRequests } of windows) {
    expect(complaints).toEqual([])
    expect(strayRequests).toEqual([])
  }
}
