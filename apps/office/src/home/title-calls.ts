import { joinRoom } from '@whereabouts/client'
import { RoomProvider } from '@whereabouts/client/yjs'
import { applyUpdate, Doc } from 'yjs'
import { BASE } from '../base.js'
import { readName, writeTitle } from '../document-name.js'
import { untilProvider } from '../until-provider.js'
import type { LookedUp } from './room-titles.js'

/** The fields used here of a room's answers. @see PROTOCOL.md HT5, DO6 */
interface News {
  readonly id: string
  readonly patch?: unknown
  readonly document?: string
  readonly resync?: unknown
}

/**
 * Returns the title in a room's document and the position at which it was read; `null` if the
 * document hasn't changed since the position `since`, which costs only a small answer.
 */
export async function lookUpTitle(
  room: string,
  since: string | undefined,
): Promise<LookedUp | null> {
  const news = await readNews(room, since)
  if (news === null) return null
  // The position is read before the document, so that changes in between are looked up again.
  const response = await get(`${BASE}rooms/${room}/document`)
  const doc = new Doc()
  applyUpdate(doc, new Uint8Array(await response.arrayBuffer()))
  return { title: readName(doc, room), at: news.id }
}

/** Returns `null` if nothing in the document is new. */
async function readNews(room: string, since: string | undefined): Promise<News | null> {
  const query = since === undefined ? '' : `?since=${encodeURIComponent(since)}`
  const response = await get(`${BASE}rooms/${room}/location${query}`)
  if (response.status === 204) return null
  const news = (await response.json()) as News
  const isOfOthers = news.patch !== undefined && !('document' in news) && !('resync' in news)
  return isOfOthers ? null : news
}

async function get(address: string): Promise<Response> {
  const response = await fetch(address, { cache: 'no-store' })
  if (!response.ok) throw new Error(`The server answered ${response.status}`)
  return response
}

/**
 * Renames a room's document by editing its current state, without joining. Resolves when the server
 * has stored the title.
 *
 * @throws {Problem} if the server refuses the edit
 */
export async function renameDocument(room: string, title: string): Promise<void> {
  const doc = new Doc()
  const connection = joinRoom({ url: BASE, room, watch: true })
  // Nothing is kept in the browser: a title that can't be stored is reported, and must not appear
  // later.
  const provider = new RoomProvider(connection, doc, { offline: false })
  try {
    await untilProvider(provider, () => provider.synced)
    writeTitle(doc, title)
    await untilProvider(provider, () => provider.saved)
  } finally {
    await provider.destroy()
    await connection.leave()
  }
}
