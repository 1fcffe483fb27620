// What the module's own routes call, for tests that go round the checks of `Rooms`.
export { RoomServer } from '../../packages/server/dist/room-server.js'
