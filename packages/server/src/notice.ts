import { z } from 'zod'

const TEXT = z.string().optional()
const NOTICE = z.object({
  revalidate: z.object({ user: TEXT, room: TEXT }).optional(),
  disconnect: z
    .object({ roomName: z.string(), memberId: TEXT, userId: TEXT, reason: TEXT })
    .optional(),
})

/** A message from one node to the others about their readers. */
export type Notice = z.infer<typeof NOTICE>

/** Reads another node's notice. An unreadable one revalidates every reader. */
export function readNotice(text: string): Notice {
  try {
    return NOTICE.parse(JSON.parse(text))
  } catch {
    return { revalidate: {} }
  }
}
