import type { Author, Version, Versions } from '@whereabouts/protocol'
import { checkAnswer, ForeignAnswer, readAnswer } from './answer.js'
import { channelOf } from './document-channel.js'
import type { AnyRoom } from './room.js'

export type { Author, Version }

// Long enough for a large document on a slow connection, as for the document itself.
const ANSWER_WITHIN_MS = 60_000

/** Which versions to list. */
export interface VersionsOptions {
  /** List only versions before the one with this id. */
  readonly before?: number
  /** How many, at most 1,000; 100 by default. */
  readonly limit?: number
  /** Ends the wait for the answer. */
  readonly signal?: AbortSignal
}

/**
 * Lists the versions of a room's document, the last one first. The caller has to be allowed to write.
 *
 * @throws {Problem} `no-version` if the server keeps no history; `forbidden`, `too-many-requests`
 * @throws {Error} if something else than the server answered, or nothing did
 * @example
 * const [last] = await listVersions(room, { limit: 1 })
 * // { id: 7, atMs: 1764460800000, bytes: 1234, authors: [{ id: 'ada', name: 'Ada' }] }
 * @see PROTOCOL.md HY7
 */
export async function listVersions(
  room: AnyRoom,
  { before, limit, signal }: VersionsOptions = {},
): Promise<readonly Version[]> {
  const parameters = { before: textOf(before), limit: textOf(limit) }
  const answer = await channelOf(room).request('document/versions', parameters, within(signal))
  return (await readAnswer<Versions>(answer)).versions
}

/**
 * Reads the room's document as it was: an update of Yjs 13, for an empty `Y.Doc`.
 *
 * @throws {Problem} `no-version` if the version was removed; also as {@link listVersions}
 * @see PROTOCOL.md HY8
 */
export async function readVersion(
  room: AnyRoom,
  id: number,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const answer = await channelOf(room).request('document/version', { id: `${id}` }, within(signal))
  checkAnswer(answer, 'application/octet-stream')
  return new Uint8Array(await answer.arrayBuffer())
}

/**
 * Gives the present state of a room's document, as far as the server has it, a name. Such a version stays until
 * it is deleted.
 *
 * @param name 1 to 64 characters
 * @throws {Problem} `bad-name`; `storage-full` if there is no space; `no-version` if the document is empty; also
 *   as {@link listVersions}
 * @see PROTOCOL.md HY9
 */
export async function namePresent(room: AnyRoom, name: string): Promise<Version> {
  return readAnswer(await channelOf(room).request('document/versions', {}, posting(name)))
}

/**
 * Names a version, or removes its name with `null`; it can then be thinned out like any other.
 *
 * @throws {Problem} as {@link namePresent}
 * @see PROTOCOL.md HY9
 */
export async function nameVersion(room: AnyRoom, id: number, name: string | null): Promise<void> {
  const channel = channelOf(room)
  assertDone(await channel.request('document/version', { id: `${id}` }, posting(name)))
}

/**
 * Deletes a version for good, if it is there. The caller has to be allowed to manage the document.
 *
 * @throws {Problem} as {@link listVersions}
 * @see PROTOCOL.md HY10
 */
export async function deleteVersion(room: AnyRoom, id: number): Promise<void> {
  const init = { ...within(), method: 'DELETE' }
  assertDone(await channelOf(room).request('document/version', { id: `${id}` }, init))
}

const textOf = (value: number | undefined): string | undefined =>
  value === undefined ? undefined : `${value}`

function within(signal?: AbortSignal): RequestInit {
  const patience = AbortSignal.timeout(ANSWER_WITHIN_MS)
  return { signal: signal === undefined ? patience : AbortSignal.any([patience, signal]) }
}

function posting(name: string | null): RequestInit {
  const headers = { 'content-type': 'application/json' }
  return { ...within(), method: 'POST', headers, body: JSON.stringify({ name }) }
}

/** @throws {ForeignAnswer} if something else than the server answered */
function assertDone({ status }: Response): void {
  if (status !== 204) throw new ForeignAnswer()
}
