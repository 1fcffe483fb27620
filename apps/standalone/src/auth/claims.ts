import { type Action, ACTIONS, type AuthenticatedUser } from '@whereabouts/server'
import { isUserId } from '@whereabouts/server/mount'
import type { JWTPayload } from 'jose'
import { z } from 'zod'
import { isFor, ROOM_PATTERN } from '../room-pattern.js'

/** The latest possible date. */
const LAST_MS = 8.64e15

const ROOMS = z.array(
  z.object({
    room: z.string().regex(ROOM_PATTERN),
    can: z.array(z.literal(ACTIONS)),
  }),
)

const CLAIMS = z.object({
  sub: z.string().refine(isUserId),
  exp: z
    .number()
    .transform((seconds) => seconds * 1_000)
    .pipe(z.number().max(LAST_MS)),
  rooms: ROOMS.optional(),
})

/** The user of a token, and their rights. */
export interface Vouched {
  readonly user: AuthenticatedUser & { readonly expiresAtMs: number }
  /** The rights in the token; `undefined` if the rooms decide. */
  readonly rooms: readonly RoomGrant[] | undefined
}

type RoomGrant = z.infer<typeof ROOMS>[number]

/** Reads the claims of a verified token; `undefined` if they are malformed. @see PROTOCOL.md OP15, OP16, OP17 */
export function readClaims(claims: JWTPayload): Vouched | undefined {
  const { data } = CLAIMS.safeParse(claims)
  if (data === undefined) return undefined
  const { name, picture, color } = claims as { readonly [claim: string]: string | undefined }
  const user = { id: data.sub, name, avatar: picture, color, expiresAtMs: data.exp }
  return { user, rooms: data.rooms }
}

/** Names a claim for which `readClaims` returns nothing. */
export function malformedClaim(claims: JWTPayload): string | undefined {
  return CLAIMS.safeParse(claims).error?.issues[0]?.path[0]?.toString()
}

/** Whether one of the entries allows an action in a room. */
export function grants(entries: readonly RoomGrant[], room: string, action: Action): boolean {
  return entries.some((entry) => entry.can.includes(action) && isFor(entry.room, room))
}
