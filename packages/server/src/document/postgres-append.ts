import type { Pool, PoolClient } from 'pg'
import { ID_OF } from './postgres-schema.js'
import { type Bigint, transaction } from './postgres-transaction.js'
import { FIRST_INCARNATION, type RoomUpdate } from './store.js'

/** The number of updates in one statement, which takes up to 65,535 parameters, four for each. */
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
 * second waits for the first, and sees its result.
 */
export async function append(
  pool: Pool,
  updates: readonly RoomUpdate[],
): Promise<readonly (number | undefined)[]> {
  const numbers: (number | undefined)[] = updates.map(() => undefined)
  const statements = statementsOf(updates)
  const runAll = async (client: Pool | PoolClient) => {
    for (const statement of statements) await insert(client, statement, numbers)
  }
  await (statements.length === 1 ? runAll(pool) : transaction(pool, runAll))
  return numbers
}

/**
 * Groups updates into statements. They are in the order of rooms, so that two nodes can't deadlock, and
 * a statement has one incarnation of each room, and one update that all others of the room come after.
 */
function statementsOf(updates: readonly RoomUpdate[]): Placed[][] {
  const placed = updates
    .map((update, place) => ({ update, place }))
    .toSorted((one, other) => compare(one.update.roomName, other.update.roomName))
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

function valuesOf({ roomName, incarnation, after, bytes }: RoomUpdate): readonly unknown[] {
  return [roomName, incarnation, after ?? null, bytes]
}

/** Returns the statement for a number of updates. Its first parameter is the time. */
function insertOf(count: number): string {
  const rows = Array.from({ length: count }, (_, index) => {
    const at = 4 * index + 2
    return `(${index}, $${at}::text, $${at + 1}::text, $${at + 2}::bigint, $${at + 3}::bytea)`
  })
  return `
    WITH given (place, room, incarnation, after, bytes) AS (VALUES ${rows.join(', ')}),
    noted AS (
      INSERT INTO whereabouts_documents AS known
        (id, room, incarnation, generation, bytes, last, created, updated, used)
      SELECT ${ID_OF('room')}, room, incarnation, 0, sum(octet_length(bytes)), count(*), $1, $1, $1
      FROM given
      WHERE (incarnation = '${FIRST_INCARNATION}' AND coalesce(after, 0) = 0)
        OR EXISTS (SELECT 1 FROM whereabouts_documents WHERE id = ${ID_OF('given.room')})
      GROUP BY room, incarnation ORDER BY room COLLATE "C"
      ON CONFLICT (id) DO UPDATE SET ${NOTED}
      WHERE known.incarnation = excluded.incarnation
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

const NEW = `
  INSERT INTO whereabouts_documents AS known
    (id, room, incarnation, generation, bytes, last, created, updated, used)
  SELECT ${ID_OF('$1::text')}, $1::text, $2::text, 0, $3::bigint, 1, $4::bigint, $4, $4
  WHERE $2::text = '${FIRST_INCARNATION}'
    OR EXISTS (SELECT 1 FROM whereabouts_documents WHERE id = ${ID_OF('$1::text')})
  ON CONFLICT (id) DO UPDATE SET ${NOTED}
  WHERE known.incarnation = excluded.incarnation`

/**
 * Creates the row of a document that isn't there. Its parameters are the room, the incarnation, the size and
 * the time. Returns the number of its first update.
 */
export const CLAIM = `${NEW} AND known.room IS NULL RETURNING last`

/** The same, or notes the first update of a document that has none. */
export const FIRST = `${NEW} AND known.bytes = 0 RETURNING last`

function compare(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}
