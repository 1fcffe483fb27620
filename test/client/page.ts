import { joinRoom, type JoinOptions, type Room } from '@whereabouts/client'

/** What the page offers to its tests, on `window`. */
export interface TestPage {
  /** The rooms of this page. */
  readonly rooms: Room[]
  join(options: JoinOptions): void
}

declare global {
  interface Window {
    readonly testPage: TestPage
  }
}

const rooms: Room[] = []
const testPage: TestPage = { rooms, join: (options) => void rooms.push(joinRoom(options)) }
Object.assign(window, { testPage })
