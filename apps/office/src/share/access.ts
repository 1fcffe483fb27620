import { type Access, type AccessAnswer, type AccessChange, Problem } from '@whereabouts/client'
import { BASE } from '../base.js'

/** What a click changes; the revision is added. */
export type Change = Omit<AccessChange, 'revision'>

const addressOf = (room: string): string => `${BASE}rooms/${encodeURIComponent(room)}/access`

/** Asks what this window's user may do, and who else may. @throws {Error} that says why not */
export async function readAccess(room: string): Promise<AccessAnswer> {
  return (await answerOf(await fetch(addressOf(room), { cache: 'no-store' }))) as AccessAnswer
}

/** Changes who may do what. @throws {Problem} access-changed, if somebody else has meanwhile */
export async function changeAccess(
  room: string,
  { revision }: Access,
  change: Change,
): Promise<Access> {
  const response = await fetch(addressOf(room), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ revision, ...change }),
  })
  return ((await answerOf(response)) as { readonly access: Access }).access
}

/** Accepts or refuses the document that is offered to this window's user. @throws {Problem} */
export async function answerOffer(room: string, accept: boolean): Promise<void> {
  const response = await fetch(`${addressOf(room)}/offer`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ accept }),
  })
  await answerOf(response)
}

async function answerOf(response: Response): Promise<unknown> {
  const body = (await response.json().catch(() => undefined)) as unknown
  if (response.ok) return body
  throw Problem.fromJSON(body) ?? new Error(`the server answered ${response.status}`)
}
