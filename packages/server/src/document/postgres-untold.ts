import type { Pool, PoolClient } from 'pg'
import type { UntoldRoom, UntoldRooms } from './store.js'

/** The maximum number of rooms in one list. */
const ROOMS_AT_A_TIME = 100

export const UNTOLD_SCHEMA = `
  CREATE TABLE IF NOT EXISTS whereabouts_untold (
    room text PRIMARY KEY,
    number bigint NOT NULL GENERATED ALWAYS AS IDENTITY
  )
`

/** The list of untold rooms, in a table that is nearly always empty. */
export class PostgresUntold implements UntoldRooms {
  constructor(private readonly pool: Pool) {}

  async note(roomName: string): Promise<void> {
    await noteUntold(this.pool, roomName)
  }

  async list(): Promise<readonly UntoldRoom[]> {
    const { rows } = await this.pool.query<{ roomName: string; number: string }>(
      'SELECT room AS "roomName", number FROM whereabouts_untold ORDER BY number LIMIT $1',
      [ROOMS_AT_A_TIME],
    )
    return rows.map(({ roomName, number }) => ({ roomName, number: Number(number) }))
  }

  async told({ roomName, number }: UntoldRoom): Promise<void> {
    await this.pool.query('DELETE FROM whereabouts_untold WHERE room = $1 AND number = $2', [
      roomName,
      number,
    ])
  }
}

export async function noteUntold(client: Pool | PoolClient, roomName: string): Promise<void> {
  await client.query(
    'INSERT INTO whereabouts_untold (room) VALUES ($1) ON CONFLICT (room) DO UPDATE SET number = DEFAULT',
    [roomName],
  )
}
