import { createRoomContext } from '@whereabouts/client/vue'

export type Place = { cell: string }

export const { RoomProvider, useMyLocation, useOthers, useStatus } = createRoomContext<Place>()
