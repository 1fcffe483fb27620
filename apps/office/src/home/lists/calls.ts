import { type DocumentList, type ListedDocuments, Problem } from '@whereabouts/client'
import { BASE } from '../../base.js'

/** Which documents to list. */
export interface Wanted {
  readonly list: DocumentList
  /** The id of the folder, of the list `folder`. */
  readonly folder?: string | undefined
  /** Only those whose titles have it; empty for all. */
  readonly text: string
  /** As many as the server usually lists, if omitted. */
  readonly limit?: number
}

/** Reads a page of one of the user's lists. @throws {Error} that says why not */
export async function readList(
  { list, folder, text, limit }: Wanted,
  after: string | undefined,
  signal: AbortSignal,
): Promise<ListedDocuments> {
  const query = new URLSearchParams({
    list,
    text,
    ...(folder !== undefined && { folder }),
    ...(limit !== undefined && { limit: String(limit) }),
    ...(after !== undefined && { after }),
  })
  const response = await fetch(`${BASE}rooms/mine?${query}`, { cache: 'no-store', signal })
  return (await answerOf(response)) as ListedDocuments
}

/** Marks a document for the user. @throws {Error} that says why not */
export function mark(
  room: string,
  marks: { starred?: boolean; hidden?: boolean; folder?: string | null },
): Promise<void> {
  return post(room, 'mark', marks)
}

/** Makes a folder, renames one, or removes one without a name. @returns its id @throws {Error} that says why not */
export async function changeFolder(change: {
  readonly folder?: string | undefined
  readonly name: string | null
}): Promise<string> {
  const answer = await answerOf(await send(`${BASE}rooms/mine`, change))
  return (answer as { readonly folder: string }).folder
}

/** Puts a document into the trash, or takes it out. @throws {Error} that says why not */
export function setTrashed(room: string, trashed: boolean): Promise<void> {
  return post(room, 'trash', { trashed })
}

/** Deletes a document for good. @throws {Error} that says why not */
export async function deleteForGood(room: string): Promise<void> {
  const url = `${BASE}rooms/${encodeURIComponent(room)}/document`
  await answerOf(await fetch(url, { method: 'DELETE' }))
}

/** Says what the lists call a document. @throws {Error} that says why not */
export function postTitle(room: string, title: string | undefined, kind: string): Promise<void> {
  return post(room, 'document/title', { title: title ?? null, kind })
}

async function post(room: string, call: string, body: object): Promise<void> {
  await answerOf(await send(`${BASE}rooms/${encodeURIComponent(room)}/${call}`, body))
}

function send(url: string, body: object): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    // Also if the person has gone on to a document meanwhile.
    keepalive: true,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
}

async function answerOf(response: Response): Promise<unknown> {
  const body = (await response.json().catch(() => undefined)) as unknown
  if (response.ok) return body
  throw Problem.fromJSON(body) ?? new Error(`the server answered ${response.status}`)
}
