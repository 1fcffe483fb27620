// Lets tests call the server directly, without the checks of `Rooms`.
export { RoomServer } from '../../packages/server/dist/room-server.js'
