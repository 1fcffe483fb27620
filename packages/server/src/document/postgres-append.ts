import { documentOfComments } from '@whereabouts/protocol'
import type { Pool, PoolClient } from 'pg'
import { ID_OF } from './postgres-schema.js'
import { type Bigint, transaction } from './postgres-transaction.js'
import { areComments, documentId } from './schema.js'
import { FIRST_INCARNATION, type RoomUpdate } from './store.js'

/** The number of updates in one statement, which takes up to 65,535 parameters, five for each. */
const ROWS = 1_000

/** An update, and its index among the appended ones. */
interface Placed {
  readonly update: RoomUpdate
  readonly place: number
}

/**
 * Appends each update whose document still has the update's incarnation, and ends with the update that it comes after.
 *
 * Each append and each removal changes the document's row, so the database serializes them: the
 * second waits for the first, and sees its result. Comments are appended while their documents are held.
 */
export async function append(
  pool: Pool,
  updates: readonly RoomUpdate[],
): Promise<readonly (number | undefined)[]> {
  const numbers: (number | undefined)[] = updates.map(() => undefined)
  const placed = updates.map((update, place) => ({ update, place }))
  const comments = placed.filter(({ update }) => areOfComments(update))
  const statements = statementsOf(placed.filter(({ update }) => !areOfComments(update)))
  const runAll = async (client: Pool | PoolClient, all: readonly Placed[][]) => {
    for (const statement of all) await insert(client, statement, numbers)
  }
  if (statements.length === 1 && comments.length === 0) await runAll(pool, statements)
  else {
    await transaction(pool, async (client) => {
      await runAll(client, statements)
      const isCurrent = await heldFor(client, updates)
      await runAll(client, statementsOf(comments.filter(({ update }) => isCurrent(update))))
    })
  }
  return numbers
}

function areOfComments({ roomName }: RoomUpdate): boolean {
  return documentOfComments(roomName) !== undefined
}

/** A removal of a document waits for what holds it. Updates of the document don't. */
const HOLD = `
  SELECT id, incarnation FROM whereabouts_documents WHERE id = ANY ($1) AND room IS NOT NULL
  ORDER BY id FOR KEY SHARE`

/**
 * Holds the documents that comments are on until the transaction ends.
 *
 * @returns tells whether an update may be stored: one of comments is for the incarnation of their document
 */
async function heldFor(
  client: PoolClient,
  updates: readonly RoomUpdate[],
): Promise<(update: RoomUpdate) => boolean> {
  const rooms = new Set(updates.flatMap(({ roomName }) => documentOfComments(roomName) ?? []))
  const ids = Array.from(rooms, documentId)
  const held = ids.length === 0 ? [] : (await client.query<Held>(HOLD, [ids])).rows
  const incarnations = new Map(held.map(({ id, incarnation }) => [id, incarnation]))
  return ({ roomName, incarnation }) => {
    const document = documentOfComments(roomName)
    return document === undefined || incarnations.get(documentId(document)) === incarnation
  }
}

interface Held {
  readonly id: string
  readonly incarnation: string
}

/**
 * Creates the row of a document with its first update, or notes that in the row of an empty one.
 *
 * @param isNew whether there may be no row yet
 * @returns the update's number; `undefined` if it isn't the first, for the current incarnation
 */
export async function claimDocument(
  client: PoolClient,
  update: RoomUpdate,
  isNew: boolean,
): Promise<number | undefined> {
  const isCurrent = await heldFor(client, [update])
  if (!isCurrent(update)) return undefined
  const { roomName, incarnation, begins, bytes } = update
  const document = [roomName, incarnation, bytes.byteLength, Date.now(), begins ?? null]
  const { rows } = await client.query<{ last: Bigint }>(isNew ? CLAIM : FIRST, document)
  return rows[0] && Number(rows[0].last)
}

/**
 * Groups updates into statements. They are in the order of rooms, so that two nodes can't deadlock, and
 * a statement has one incarnation of each room, and one update that all others of the room come after.
 */
function statementsOf(updates: readonly Placed[]): Placed[][] {
  const placed = updates.toSorted((one, other) =>
    compare(one.update.roomName, other.update.roomName),
  )
  const statements: Placed[][] = []
  let places = new Map<string, string>()
  for (const each of placed) {
    const { roomName, incarnation, after } = each.update
    const place = `${incarnation} ${after}`
    const isOther = (places.get(roomName) ?? place) !== place
    const last = statements.at(-1)
    if (last === undefined || last.length === ROWS || isOther) {
      statements.push([each])
      places = new Map()
    } else last.push(each)
    places.set(roomName, place)
  }
  return statements
}

async function insert(
  client: Pool | PoolClient,
  placed: readonly Placed[],
  numbers: (number | undefined)[],
): Promise<void> {
  const { rows } = await client.query<{ number: Bigint; room: string }>(insertOf(placed.length), [
    Date.now(),
    ...placed.flatMap(({ update }) => valuesOf(update)),
  ])
  const stored = new Set(rows.map(({ room }) => room))
  const inOrder = placed.filter(({ update }) => stored.has(update.roomName))
  for (const [index, { place }] of inOrder.entries()) numbers[place] = Number(rows[index]!.number)
}

function valuesOf(update: RoomUpdate): readonly unknown[] {
  const { roomName, incarnation, begins, after, bytes } = update
  return [roomName, incarnation, begins ?? null, after ?? null, bytes]
}

/** Returns the statement for a number of updates. Its first parameter is the time. */
function insertOf(count: number): string {
  const rows = Array.from({ length: count }, (_, index) => {
    const at = 5 * index + 2
    const names = `$${at}::text, $${at + 1}::text, $${at + 2}::text`
    return `(${index}, ${names}, $${at + 3}::bigint, $${at + 4}::bytea)`
  })
  return `
    WITH given (place, room, incarnation, begins, after, bytes) AS (VALUES ${rows.join(', ')}),
    noted AS (
      INSERT INTO whereabouts_documents AS known
        (id, room, incarnation, generation, bytes, last, created, updated, used)
      SELECT ${ID_OF('room')}, room, incarnation, 0, sum(octet_length(bytes)), count(*), $1, $1, $1
      FROM given
      WHERE ((coalesce(begins, incarnation) = '${FIRST_INCARNATION}' OR ${areComments('room')}) AND coalesce(after, 0) = 0)
        OR EXISTS (SELECT 1 FROM whereabouts_documents WHERE id = ${ID_OF('given.room')})
      GROUP BY room, incarnation ORDER BY room COLLATE "C"
      ON CONFLICT (id) DO UPDATE SET incarnation = excluded.incarnation, ${NOTED}
      WHERE ${currentOr('(SELECT min(begins) FROM given WHERE given.room = excluded.room)')}
        AND known.last = coalesce((SELECT min(after) FROM given WHERE given.room = excluded.room), known.last)
      RETURNING room, last
    )
    INSERT INTO whereabouts_updates (room, number, bytes)
    SELECT room,
      noted.last - count(*) OVER (PARTITION BY room) + row_number() OVER (PARTITION BY room ORDER BY place),
      given.bytes
    FROM given JOIN noted USING (room) ORDER BY place
    RETURNING number, room`
}

/** The new values of a row that an insert conflicts with; `excluded` is the inserted row. */
export const NOTED = `
  created = CASE WHEN known.room IS NULL THEN excluded.created ELSE known.created END,
  room = excluded.room, bytes = known.bytes + excluded.bytes, last = known.last + excluded.last, updated = excluded.updated,
  used = excluded.used`

/** Comments have the incarnation of their document, which was compared before, and not that of their row. */
function currentOr(begins: string): string {
  return `(known.incarnation IN (excluded.incarnation, ${begins}) OR ${areComments('excluded.room')})`
}

const NEW = `
  INSERT INTO whereabouts_documents AS known
    (id, room, incarnation, generation, bytes, last, created, updated, used)
  SELECT ${ID_OF('$1::text')}, $1::text, $2::text, 0, $3::bigint, 1, $4::bigint, $4, $4
  WHERE coalesce($5::text, $2::text) = '${FIRST_INCARNATION}' OR ${areComments('$1::text')}
    OR EXISTS (SELECT 1 FROM whereabouts_documents WHERE id = ${ID_OF('$1::text')})
  ON CONFLICT (id) DO UPDATE SET incarnation = excluded.incarnation, ${NOTED}
  WHERE ${currentOr('$5::text')}`

/**
 * Creates the row of a document that isn't there. Its parameters are the room, the incarnation, the size,
 * the time, and the incarnation that the room has without a document. Returns the number of its first update.
 */
const CLAIM = `${NEW} AND known.room IS NULL RETURNING last`

/** The same, or notes the first update of a document that has none. */
const FIRST = `${NEW} AND known.bytes = 0 RETURNING last`

function compare(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}
