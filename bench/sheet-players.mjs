import { joinRoom } from '@whereabouts/client'
import { RoomProvider } from '@whereabouts/client/yjs'
import { SheetDocument } from '@whereabouts/univer/document'
import { Doc } from 'yjs'

const TURN_MS = 500
const ROWS = 30
const COLUMNS = 12

/** People without a browser in a sheet, who move at each turn and write at every other one. */
export class Players {
  /**
   * @param {string} url
   * @param {string} room
   * @param {number} count
   */
  constructor(url, room, count) {
    this.all = Array.from({ length: count }, (_, at) => play(url, room, at))
  }

  async leave() {
    for (const player of this.all) await player.leave()
  }
}

/**
 * @param {string} url
 * @param {string} name
 * @param {number} at
 */
function play(url, name, at) {
  const doc = new Doc()
  const room = joinRoom({ url, room: name, user: { name: `Person ${at}`, color: '#1d4ed8' } })
  const provider = new RoomProvider(room, doc)
  const sheets = new SheetDocument(doc)
  let turn = 0
  const timer = setInterval(() => {
    turn += 1
    const [row, column] = [(turn * 7 + at) % ROWS, 1 + ((turn + at) % COLUMNS)]
    room.move({ sheet: 'sheet-1', cell: sheets.cellKeyAt('sheet-1', row, column) ?? '0:0' })
    if (turn % 2 !== 0) return
    const cellValue = { [row]: { [column]: { v: `p${at} ${turn}` } } }
    sheets.takeChanges()
    sheets.apply({ type: 'set-range-values', sheet: 'sheet-1', cellValue })
  }, TURN_MS)
  return {
    async leave() {
      clearInterval(timer)
      sheets.destroy()
      await provider.destroy()
      await room.leave()
    },
  }
}
