import { joinRoom } from '@whereabouts/client'
import { RoomProvider } from '@whereabouts/client/yjs'
import { Doc } from 'yjs'

/** What the page offers to its tests, on `window`. */
export interface Kept {
  readonly provider: RoomProvider
}

declare global {
  interface Window {
    readonly kept: Kept
  }
}

const provider = new RoomProvider(joinRoom({ room: 'minutes' }), new Doc())
Object.assign(window, { kept: { provider } satisfies Kept })
