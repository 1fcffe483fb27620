import type { Json } from '@whereabouts/protocol'
import { z } from 'zod'
import { isUserId } from './access/known-user.js'

const TEXT = z.string().optional()
const IDS = z.array(z.string()).readonly().optional()
// Whatever was parsed from JSON.
const EVENT = z.custom<Json>((value) => value !== undefined)
const NOTICE = z.object({
  revalidate: z.object({ user: TEXT, room: TEXT }).optional(),
  disconnect: z
    .object({ roomName: z.string(), memberId: TEXT, userId: TEXT, reason: TEXT })
    .refine(({ memberId, userId }) => memberId !== undefined || userId !== undefined)
    .optional(),
  // It is remembered, so it has to be one that a user can have.
  endSession: z.object({ session: z.string().refine(isUserId) }).optional(),
  whisper: z.object({ roomName: z.string(), event: EVENT, to: IDS, except: IDS }).optional(),
})

/** The kinds of notices that end readers. */
const ENDING = new Set(['disconnect', 'endSession'])
const FIELDS = z.record(z.string(), z.unknown())
const NAMES_ROOM = z.object({ disconnect: z.object({ roomName: z.string() }) })

/** A message from one node to the others about their readers. */
export type Notice = z.infer<typeof NOTICE>

/** A notice that was received. */
export type Received =
  | { readonly kind: 'notice'; readonly notice: Notice }
  | { readonly kind: 'unreadable' }
  /** It ends readers, and doesn't say which: those of a room, or all without one. */
  | { readonly kind: 'unreadable end'; readonly roomName: string | undefined }

/** Reads another node's notice. @see PROTOCOL.md AC32 */
export function readNotice(text: string): Received {
  const said = parsed(text)
  const { data } = NOTICE.safeParse(said)
  if (data !== undefined) return { kind: 'notice', notice: data }
  const fields = Object.keys(FIELDS.safeParse(said).data ?? {})
  if (!fields.some((field) => ENDING.has(field))) return { kind: 'unreadable' }
  return { kind: 'unreadable end', roomName: NAMES_ROOM.safeParse(said).data?.disconnect.roomName }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
