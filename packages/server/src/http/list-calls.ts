import { randomBytes } from 'node:crypto'
import {
  type ListedDocument,
  type ListedDocuments,
  parseDocumentTitle,
  Problem,
} from '@whereabouts/protocol'
import { z } from 'zod'
import { type Administration, trashing } from '../administration.js'
import type { Manager } from '../access/audit.js'
import type { KnownUser } from '../access/known-user.js'
import { assertCurrent } from '../access/users.js'
import type { RoomLists } from '../document/documents.js'
import { type Entry, type Folder, type ListPage, LISTS, MOST_FOLDERS } from '../document/lists.js'
import { checkRoom } from '../room-name.js'
import type { Bodies } from './body.js'
import { badParameter, type Call, checkVersion, oneOf, wholeNumber } from './call.js'
import {
  type Access,
  assertWritable,
  type Counted,
  type Demand,
  type Entered,
  type Entrance,
} from './entrance.js'
import type { LargeAnswers } from './large-answers.js'
import { ListDecisions } from './list-decisions.js'
import type { ListPlaces } from './list-places.js'

/** The most documents in one page of a list. */
export const MOST_ENTRIES = 100
export const USUALLY_LISTED = 50
/** A list is sorted and searched as a whole, however few documents are asked for. */
const LIST_POINTS = 10
/** So many documents that are decided about are counted as one read. */
const COUNTED_ENTRIES = 10
/** How many documents are decided about, and then searched, before more of a list are read. */
const SEARCHED = 250
const LIMIT_BYTES = 4_096
const FOLDER_ID = /^[A-Za-z0-9_-]{1,32}$/
const FOLDER_ID_BYTES = 12
const DAY_MS = 86_400_000

const NOT_KEPT: ListedDocuments = { documents: [], isKept: false }

const LABEL: Demand = { budget: 'documents', needs: ['write'], isFresh: true }
const MARK: Demand = { budget: 'documents', needs: ['watch'], isFresh: true }
const TRASH: Demand = { budget: 'shares', needs: ['manage'], isFresh: true }

const TITLE = z.preprocess(
  (said) => (said === null ? null : (parseDocumentTitle(said) ?? false)),
  z.string().nullable(),
)
const LABEL_BODY = z.object({
  title: TITLE,
  kind: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/)
    .optional(),
})
const FOLDER = z.string().regex(FOLDER_ID)
const MARK_BODY = z.object({
  starred: z.boolean().optional(),
  hidden: z.boolean().optional(),
  folder: FOLDER.nullable().optional(),
})
const FOLDER_BODY = z.object({ folder: FOLDER.optional(), name: TITLE })
const TRASH_BODY = z.object({ trashed: z.boolean() })

const FOLDER_RULE = 'the id of one of the caller’s folders'
const TITLE_RULE = 'a text of 1 to 100 characters in one line'

/** What the fields of the bodies have to be. */
const ALLOWED: ReadonlyMap<string, string> = new Map([
  ['title', `${TITLE_RULE}, or null`],
  ['kind', '1 to 32 of a-z, 0-9 and -'],
  ['starred', 'true or false'],
  ['hidden', 'true or false'],
  ['trashed', 'true or false'],
  ['folder', FOLDER_RULE],
  ['name', `${TITLE_RULE}, or null with a folder`],
])

/** What the calls of lists work with. */
export interface ListParts {
  readonly lists: RoomLists
  readonly places: ListPlaces
  readonly administration: Administration
  readonly access: Access
  readonly bodies: Bodies
  readonly entrance: Entrance
  readonly answers: LargeAnswers
  readonly trashDays: number
}

/**
 * What the calls of the lists of users do. A list names only what its user may watch at that moment.
 *
 * @see PROTOCOL.md HM1
 */
export class ListCalls {
  readonly #decisions: ListDecisions

  constructor(private readonly parts: ListParts) {
    this.#decisions = new ListDecisions(parts.access.permissions)
  }

  /** @see PROTOCOL.md HM1, HM3, HM4 */
  async list(call: Call): Promise<void> {
    const { entrance, lists, places, answers } = this.parts
    const user = await entrance.calling(call)
    const account = await entrance.count(call, user, 'documents', LIST_POINTS)
    checkVersion(call.query)
    const limit = wholeNumber(call.query, 'limit', MOST_ENTRIES, 1) ?? USUALLY_LISTED
    const text = textOf(call.query('text'))
    if (user === undefined) return answers.json(call, NOT_KEPT)
    const { id } = user.claim
    const page = this.#pageOf(call, id)
    const found: Entry[] = []
    let most = text === undefined ? limit + 1 : SEARCHED
    for (let after = page.after, isOver = false; !isOver && found.length <= limit;) {
      const listed = await lists.listOf({
        ...page,
        limit: most,
        ...(after !== undefined && { after }),
      })
      if (listed === null) return answers.json(call, NOT_KEPT)
      const watched = await this.#watched({ call, user, account }, listed.of)
      found.push(...watched.filter(({ title }) => text === undefined || hasText(title, text)))
      // Nobody waits for the rest, such as while somebody types what to look for.
      if (call.response.destroyed) return
      after = listed.of.at(-1)
      isOver = listed.of.length < most
      // Most of what comes may be nothing that the caller may watch.
      most = SEARCHED
    }
    assertCurrent(user)
    const shown = found.slice(0, limit)
    const next = found.length > limit && { next: places.seal(shown.at(-1)!, id) }
    const documents = shown.map((entry) => this.#shown(entry))
    const folders = page.after === undefined && { folders: await this.#foldersOf(id) }
    answers.json(call, { documents, ...next, ...folders } satisfies ListedDocuments)
  }

  /**
   * Makes, renames or removes a folder of the caller.
   *
   * @see PROTOCOL.md HM43
   */
  async folder(call: Call): Promise<void> {
    const { entrance } = this.parts
    const user = await entrance.calling(call)
    await entrance.count(call, user, 'documents')
    checkVersion(call.query)
    if (user === undefined) throw nobodyHasLists()
    const { folder, name } = await this.#readBody(call, FOLDER_BODY)
    assertCurrent(user)
    const { id } = user.claim
    call.json({
      folder:
        folder === undefined
          ? await this.#addFolder(id, name)
          : await this.#changeFolder(id, folder, name),
    })
  }

  /** @see PROTOCOL.md HM7 */
  async label(call: Call, room: string): Promise<void> {
    const { entrance, lists, access } = this.parts
    const { asker, said, roomName } = await entrance.decide(call, room, LABEL, () =>
      this.#read(call, room, LABEL_BODY),
    )
    const { title, kind } = said
    const label = { title: title ?? undefined, ...(kind !== undefined && { kind }) }
    await lists.label(roomName, label, access.sharing.decidedAbout(asker.request))
    call.empty(204)
  }

  /** @see PROTOCOL.md HM6 */
  async mark(call: Call, room: string): Promise<void> {
    const { entrance, lists } = this.parts
    const { user, said, roomName } = await entrance.decide(call, room, MARK, async () => {
      assertWritable(room)
      return this.#read(call, room, MARK_BODY)
    })
    if (user === undefined) throw nobodyHasLists()
    const { starred, hidden, folder } = said
    if (folder !== undefined) await this.#place(user.claim.id, roomName, folder)
    // A star that nobody spoke of keeps its place among the user's.
    if (starred !== undefined || hidden !== undefined) {
      await lists.mark(user.claim.id, roomName, {
        ...(starred !== undefined && { isStarred: starred }),
        ...(hidden !== undefined && { isHidden: hidden }),
      })
    }
    call.empty(204)
  }

  async #foldersOf(userId: string): Promise<readonly Folder[]> {
    const found = await this.parts.lists.folders(userId)
    return (found?.of ?? []).toSorted((one, other) => (one.name < other.name ? -1 : 1))
  }

  /** @throws {Problem} bad-parameter; forbidden, with too many or where no lists are kept */
  async #addFolder(userId: string, name: string | null): Promise<string> {
    if (name === null) throw badParameter('name', TITLE_RULE)
    const id = randomBytes(FOLDER_ID_BYTES).toString('base64url')
    const isAdded = await this.parts.lists.addFolder(userId, { id, name })
    if (isAdded === null) throw nobodyHasLists()
    if (!isAdded.of) throw tooManyFolders()
    return id
  }

  /** @throws {Problem} bad-parameter */
  async #changeFolder(userId: string, id: string, name: string | null): Promise<string> {
    const { lists } = this.parts
    const isKnown = await (name === null
      ? lists.removeFolder(userId, id)
      : lists.renameFolder(userId, { id, name }))
    if (isKnown?.of !== true) throw badParameter('folder', FOLDER_RULE)
    return id
  }

  /** @throws {Problem} bad-parameter */
  async #place(userId: string, roomName: string, folder: string | null): Promise<void> {
    const isPlaced = await this.parts.lists.place(userId, roomName, folder ?? undefined)
    if (folder !== null && isPlaced?.of !== true) throw badParameter('folder', FOLDER_RULE)
  }

  /** @see PROTOCOL.md HM8, BU24 */
  async trash(call: Call, room: string): Promise<void> {
    const { entrance, administration, access } = this.parts
    const read = async ({ account, user, asker }: Entered) => {
      const { trashed } = await this.#read(call, room, TRASH_BODY)
      // Nobody would find it there, and nothing would empty it.
      if (trashed && !administration.keepsTrash) throw noTrash()
      const isOwner = access.sharing.decidedAbout(asker.request) !== undefined
      const manager = managerOf(user, isOwner)
      await access.allowances.takeEntry(account, manager, trashing(room, trashed))
      return { trashed, manager }
    }
    const { asker, said } = await entrance.decide(call, room, TRASH, read)
    await administration.setTrashed(asker, said.trashed, said.manager)
    call.empty(204)
  }

  /**
   * Returns those of some entries that a caller may watch. What it may not watch loses its star and its folder, so
   * that nobody follows by a list what becomes of it.
   *
   * @throws {Problem} too-many-requests, store-failed, so that no page is shorter because of that
   * @see PROTOCOL.md HM3, HM14
   */
  async #watched(
    { call, user, account }: Counted & { readonly user: KnownUser },
    entries: readonly Entry[],
  ): Promise<readonly Entry[]> {
    const { entrance, lists } = this.parts
    if (entries.length === 0) return entries
    await entrance.count(call, user, 'documents', Math.ceil(entries.length / COUNTED_ENTRIES))
    const { request } = call
    const answers = await Promise.all(
      entries.map(({ roomName }) =>
        this.#decisions.mayWatch({ request, user, roomName, account: account.key }),
      ),
    )
    for (const [index, { roomName, isStarred, folder }] of entries.entries()) {
      if (answers[index] !== false) continue
      if (isStarred) await lists.mark(user.claim.id, roomName, { isStarred: false })
      if (folder !== undefined) await lists.place(user.claim.id, roomName, undefined)
    }
    return entries.filter((_, index) => answers[index] === true)
  }

  /** @throws {Problem} bad-parameter */
  #pageOf({ query }: Call, userId: string): Omit<ListPage, 'limit'> {
    const list = oneOf(query, 'list', LISTS)
    const folder = query('folder') ?? ''
    if (list === 'folder' && !FOLDER_ID.test(folder)) throw badParameter('folder', FOLDER_RULE)
    const page = { list, userId, ...(list === 'folder' && { folder }) }
    const said = query('after')
    if (said === undefined) return page
    const after = this.parts.places.open(said, userId)
    if (after === undefined) throw badParameter('after', 'the "next" of the page before')
    return { ...page, after }
  }

  #shown({ roomName, title, kind, ...entry }: Entry): ListedDocument {
    const { trashedAtMs } = entry
    return {
      room: roomName,
      ...(title !== undefined && { title }),
      ...(kind !== undefined && { kind }),
      createdAtMs: entry.createdAtMs,
      updatedAtMs: entry.updatedAtMs,
      ...(entry.isOwn && { own: true }),
      ...(entry.isStarred && { starred: true }),
      ...(entry.folder !== undefined && { folder: entry.folder }),
      ...(trashedAtMs !== undefined && {
        trashedAtMs,
        deletedFromMs: trashedAtMs + this.parts.trashDays * DAY_MS,
      }),
    }
  }

  /** @throws {Problem} bad-room, bad-parameter */
  async #read<T extends z.ZodType>(call: Call, room: string, schema: T): Promise<z.infer<T>> {
    checkRoom(room)
    return this.#readBody(call, schema)
  }

  /** @throws {Problem} bad-parameter */
  async #readBody<T extends z.ZodType>(call: Call, schema: T): Promise<z.infer<T>> {
    const { value } = await this.parts.bodies.readJson(call, LIMIT_BYTES)
    const { data, error } = schema.safeParse(value)
    if (error === undefined) return data
    const field = String(error.issues[0]?.path[0] ?? 'body')
    throw badParameter(field, ALLOWED.get(field) ?? 'a JSON object')
  }
}

/** @throws {Problem} bad-parameter. HM12 */
function textOf(said = ''): string | undefined {
  if (said.trim() === '') return undefined
  const text = parseDocumentTitle(said)
  if (text === undefined) throw badParameter('text', TITLE_RULE)
  return folded(text)
}

/** Returns whether a title has a folded text in it. HM12 */
function hasText(title: string | undefined, text: string): boolean {
  return title !== undefined && folded(title).includes(text)
}

/** Returns a title, or what is looked for in titles, as they are compared. */
function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}

function managerOf(user: KnownUser | undefined, asOwner: boolean): Manager {
  return user === undefined ? { as: 'unknown' } : { by: user.claim.id, asOwner }
}

function nobodyHasLists(): Problem {
  return new Problem('forbidden', 'Without users, the server keeps no lists of documents.')
}

function tooManyFolders(): Problem {
  return new Problem('forbidden', `A user has at most ${MOST_FOLDERS} folders. Delete one first.`)
}

function noTrash(): Problem {
  return new Problem('forbidden', 'The server has no trash. Delete the document instead.')
}
