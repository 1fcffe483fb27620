import type { DocumentTerms } from './documents.js'
import type { Applied } from './keeper.js'
import type { Done } from './thread.js'

/** Sends an update to its thread. @param clients how many new ones of a document with many it may add */
export type SendUpdate = (clients?: number) => Promise<Done<Applied>>

/**
 * Sends an update until it is applied. If its document has many clients, its new ones are granted first; the
 * document may have been replaced meanwhile by one that lacks more of them.
 *
 * @throws {Problem} those of the thread, and of the terms
 * @see PROTOCOL.md DO63, LK13
 */
export async function sendGranted(
  send: SendUpdate,
  { grant, confirm }: Pick<DocumentTerms, 'grant' | 'confirm'>,
): Promise<Done<Applied>> {
  let granted = 0
  for (;;) {
    await confirm?.()
    if (grant === undefined) return send()
    const done = await send(granted)
    const { newClients } = done.result
    if (newClients === undefined) return done
    await grant(newClients - granted)
    granted = newClients
  }
}
