// A store in one file of JSON lines: the example of docs/how-to/store.md.
import { randomInt } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import { commentsOf, documentOfComments } from '@whereabouts/protocol'

const MOST = 2 ** 48 - 1
const FIRST_INCARNATION = '.0'

/** @type {import('@whereabouts/server').OpenStore<{ file: string }>} */
export async function openStore({ file }) {
  const handle = await open(file, 'a')

  /**
   * Appends a line, and reads the file up to it: if two lines contradict each other, the first one counts.
   *
   * @param {object} record
   */
  async function write(record) {
    const id = randomInt(1, MOST)
    // The line feed comes first, so that a line cut off by a crash doesn't damage the next one.
    const line = Buffer.from(`\n${JSON.stringify({ ...record, id, atMs: Date.now() })}`)
    // One write per record, as another store that has the file open may write between two.
    const { bytesWritten } = await handle.write(line)
    if (bytesWritten < line.length) throw new Error('only part of a line was written')
    await handle.datasync()
    const { results } = await read()
    return results.get(id)
  }

  async function read() {
    const state = { rooms: new Map(), results: new Map() }
    for (const line of (await readFile(file, 'utf8')).split('\n')) {
      const said = parse(line)
      const room = roomIn(state.rooms, said.roomName ?? '')
      state.results.set(said.id, LINES[said.do]?.(state.rooms, room, said))
    }
    return state
  }

  const document = (/** @type {string} */ roomName) => documentOfComments(roomName) ?? roomName

  const roomOf = async (/** @type {string} */ roomName) => (await read()).rooms.get(roomName)

  const living = async () =>
    /** @type {any[]} */
    [...(await read()).rooms.values()]
      .filter(({ isThere }) => isThere)
      .toSorted((one, other) => (one.roomName < other.roomName ? -1 : 1))

  return {
    load: async (roomName) => {
      const room = roomIn((await read()).rooms, roomName)
      const { incarnation, usedAtMs, generation, snapshot, updates } = room
      return {
        incarnation,
        usedAtMs,
        generation,
        snapshot: bytesOf(snapshot),
        updates: [...updates].map(([number, text]) => ({ number, bytes: bytesOf(text) })),
      }
    },
    incarnation: async (roomName) => roomIn((await read()).rooms, roomName).incarnation,
    append: (updates) => {
      const texts = updates.map(({ bytes, ...update }) => ({
        ...update,
        number: randomInt(1, MOST),
        text: textOf(bytes),
      }))
      return write({ do: 'append', updates: texts })
    },
    claim: async ({ bytes, ...update }, record) => {
      const number = randomInt(1, MOST)
      const done = await write({ do: 'claim', ...update, number, text: textOf(bytes), record })
      if (done === 'taken') throw new Error('another room has this link')
      return done
    },
    compact: ({ snapshot, ...compaction }) =>
      write({ do: 'compact', ...compaction, snapshot: textOf(snapshot) }),
    touch: (roomName) => write({ do: 'touch', roomName }),
    // The file still contains the removed content, which a real store would overwrite.
    remove: async (removal) => (await write({ do: 'remove', ...removal })) === true,
    list: async ({ after = '', limit }) =>
      (await living())
        .filter(({ roomName }) => roomName > after && documentOfComments(roomName) === undefined)
        .slice(0, limit)
        .map(infoOf),
    about: async (roomName) => {
      const room = await roomOf(roomName)
      return room?.isThere ? infoOf(room) : undefined
    },
    totals: async (owner) => {
      const { rooms } = await read()
      const all = [...rooms.values()]
      const ownerOf = (/** @type {any} */ room) => rooms.get(document(room.roomName))?.record?.owner
      const there = all.filter(
        (room) => room.isThere && (owner === undefined || ownerOf(room) === owner),
      )
      const comments = there.filter(({ roomName }) => documentOfComments(roomName) !== undefined)
      const records = there.flatMap(({ record }) => (record === undefined ? [] : [record.json]))
      return {
        documents: there.length - comments.length,
        commented: comments.length,
        bytes: there.reduce((sum, room) => sum + infoOf(room).bytes, 0),
        records: records.length,
        recordBytes: records.reduce((sum, json) => sum + Buffer.byteLength(json), 0),
        named: 0,
        removed: owner === undefined ? all.filter(({ isThere }) => !isThere).length : 0,
      }
    },
    getRecord: async (roomName) => (await roomOf(roomName))?.record,
    putRecord: async (roomName, record, expected) => {
      const revision = await write({ do: 'put', roomName, record, expected })
      if (revision === 'taken') throw new Error('another room has this link')
      return revision
    },
    findByLink: async (link) =>
      (await living()).find(({ record }) => record?.link === link)?.roomName,
    check: () => write({ do: 'check' }),
    close: () => handle.close(),
  }
}

/**
 * The effect of each kind of line on its room; returns the result.
 *
 * @typedef {Map<string, any>} Rooms
 * @type {{ readonly [what: string]: (rooms: Rooms, room: any, line: any) => unknown }}
 */
const LINES = {
  append: (rooms, _room, { updates, atMs }) =>
    updates.map((/** @type {any} */ { number, text, ...update }) => {
      const room = roomIn(rooms, update.roomName)
      if (!isCurrent(rooms, room, update)) return undefined
      use(rooms, room, atMs)
      room.incarnation = update.incarnation
      room.updates.set(number, text)
      return number
    }),
  claim: (rooms, room, { number, text, record, atMs, id, ...update }) => {
    const isFirst = record === undefined ? !room.snapshot && room.updates.size === 0 : !room.isThere
    if (!isFirst || !isCurrent(rooms, room, update)) return undefined
    if (record !== undefined && isTaken(rooms, room, record)) return 'taken'
    use(rooms, room, atMs)
    if (record !== undefined) room.record = { revision: id, ...record }
    room.incarnation = update.incarnation
    room.updates.set(number, text)
    return number
  },
  compact: (_rooms, room, { incarnation, base, numbers, snapshot, id }) => {
    if (room.incarnation !== incarnation || room.generation !== base) return undefined
    for (const number of numbers) room.updates.delete(number)
    Object.assign(room, { generation: id, snapshot })
    return id
  },
  touch: (_rooms, room, { atMs }) => {
    if (room.isThere) room.usedAtMs = atMs
  },
  remove: (rooms, room, { roomName, incarnation, current, unusedSinceMs = Infinity }) => {
    if (current !== undefined && current !== room.incarnation) return false
    const comments = commentsOf(roomName) ?? ''
    const usedAtMs = Math.max(room.usedAtMs, rooms.get(comments)?.usedAtMs ?? 0)
    if (!room.isThere || usedAtMs >= unusedSinceMs) return false
    rooms.set(roomName, { ...newRoom(roomName), incarnation })
    rooms.delete(comments)
    return true
  },
  put: (rooms, room, { record, expected, atMs, id }) => {
    if ((room.record?.revision ?? 0) !== expected) return undefined
    if (isTaken(rooms, room, record)) return 'taken'
    use(rooms, room, atMs)
    room.record = { revision: id, ...record }
    return id
  },
  check: () => {},
}

/**
 * @param {Rooms} rooms
 * @param {any} room
 * @param {any} record
 */
function isTaken(rooms, room, { link }) {
  const others = [...rooms.values()].filter((each) => each !== room)
  return link !== undefined && others.some((each) => each.record?.link === link)
}

/**
 * @param {Rooms} rooms
 * @param {string} roomName
 * @returns {any}
 */
function roomIn(rooms, roomName) {
  const room = rooms.get(roomName) ?? newRoom(roomName)
  const document = documentOfComments(roomName)
  if (document !== undefined) room.incarnation = roomIn(rooms, document).incarnation
  return room
}

/**
 * Comments are stored only while their document is there, whose incarnation they have.
 *
 * @param {Rooms} rooms
 * @param {any} room
 * @param {any} update
 */
function isCurrent(rooms, room, { incarnation, begins }) {
  const document = documentOfComments(room.roomName)
  const isThere = document === undefined || rooms.get(document)?.isThere === true
  return isThere && (room.incarnation === incarnation || room.incarnation === begins)
}

/**
 * @param {Rooms} rooms
 * @param {any} room
 * @param {number} atMs
 */
function use(rooms, room, atMs) {
  rooms.set(room.roomName, room)
  if (!room.isThere) room.createdAtMs = atMs
  Object.assign(room, { isThere: true, updatedAtMs: atMs, usedAtMs: atMs })
}

/** @param {string} roomName */
function newRoom(roomName) {
  const times = { createdAtMs: 0, updatedAtMs: 0, usedAtMs: 0 }
  const document = { generation: 0, snapshot: '', updates: new Map() }
  return { roomName, incarnation: FIRST_INCARNATION, isThere: false, ...times, ...document }
}

/** @param {any} room */
function infoOf({ roomName, createdAtMs, updatedAtMs, usedAtMs, snapshot, updates }) {
  const bytes = [snapshot, ...updates.values()].reduce(
    (sum, text) => sum + bytesOf(text).byteLength,
    0,
  )
  return { roomName, bytes, createdAtMs, updatedAtMs, usedAtMs }
}

/**
 * @param {string} line
 * @returns {any}
 */
function parse(line) {
  try {
    return JSON.parse(line)
  } catch {
    return {}
  }
}

/** @param {Uint8Array} bytes */
function textOf(bytes) {
  return Buffer.from(bytes).toString('base64')
}

/** @param {string} text */
function bytesOf(text) {
  return Buffer.from(text, 'base64')
}
