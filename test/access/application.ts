import type { IncomingMessage } from 'node:http'
import { Rooms as NestRooms, WhereaboutsModule } from '@whereabouts/nestjs'
import type { Action } from '@whereabouts/protocol'
import type {
  Administration,
  AskedAction,
  Authenticate,
  AuthenticatedUser,
  Authorize,
  Rooms,
  WhereaboutsOptions,
} from '@whereabouts/server'
import type { CallOptions } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import { RecordingLog } from '../servers/log.js'
import { PLATFORMS, startApp } from '../servers/nest.js'
import { startPlain } from '../servers/plain.js'

/** The servers that an application can run on. */
export const SERVERS = [...PLATFORMS, 'node:http'] as const
export type Server = (typeof SERVERS)[number]

export const ALL: readonly Action[] = ['watch', 'join', 'move', 'write', 'comment', 'manage']

/** An application under test. */
export interface Started extends AsyncDisposable {
  readonly baseUrl: string
  readonly rooms: Rooms
  readonly log: RecordingLog
  /** Where it is node:http alone. */
  readonly administration?: Administration
}

/** Starts an application with these options. */
export async function start(server: Server, options: WhereaboutsOptions): Promise<Started> {
  const log = new RecordingLog()
  const settings = { heartbeatMs: 100, secret: 'the secret of these tests', log, ...options }
  if (server === 'node:http') {
    const running = await startPlain(settings)
    const { rooms, administration } = running.whereabouts
    return { ...running, rooms, administration, log }
  }
  const running = await startApp(server, { imports: [WhereaboutsModule.forRoot(settings)] })
  return { ...running, rooms: running.app.get<Rooms>(NestRooms), log }
}

/** Names the calling user in a header. */
export const as = (user: string) => ({ headers: { authorization: user } })

/** An application whose rights the test can change at any time. */
export class Office {
  /** All calls of `authorize`, in order. */
  readonly asked: AskedAction[] = []
  /** The rights of users in every room; other users have none. */
  readonly rights = new Map<string, readonly Action[]>()
  /** Replaces the answer that follows from the rights. */
  answer: ((asked: AskedAction) => unknown) | undefined
  /** Details of users in addition to their id. */
  details: () => Omit<AuthenticatedUser, 'id'> = () => ({})

  constructor(rights: { readonly [user: string]: readonly Action[] } = {}) {
    for (const [user, can] of Object.entries(rights)) this.rights.set(user, can)
  }

  readonly options: { readonly authenticate: Authenticate; readonly authorize: Authorize } = {
    authenticate: ({ headers }: IncomingMessage) =>
      headers.authorization === undefined ? null : { id: headers.authorization, ...this.details() },
    authorize: (asked) => {
      this.asked.push(asked)
      if (this.answer !== undefined) return this.answer(asked) as boolean
      return this.rights.get(asked.user?.id ?? '')?.includes(asked.action) ?? false
    },
  }
}

/** An empty Yjs update. */
const EMPTY_UPDATE = Buffer.from([0, 0])

/** Returns every call by a user, with the actions that it needs. */
export function everyCall(
  baseUrl: string,
  who: CallOptions,
  room = new TestRoom(baseUrl),
): readonly (readonly [url: string, options: CallOptions, needs: readonly Action[]])[] {
  const update = { ...who.headers, 'content-type': 'application/octet-stream' }
  return [
    [room.url('events'), who, ['watch']],
    [room.url('events', { view: 'list' }), who, ['watch']],
    [room.url('events', { watch: 1 }), who, ['watch']],
    [room.url('events'), { ...who, json: {} }, ['watch']],
    [`${baseUrl}/location/sse`, who, ['watch']],
    [room.url('location'), who, ['watch']],
    [room.url('location', { since: 'x:1', waitMs: 10 }), who, ['watch']],
    [room.url('changes'), { ...who, json: { since: 'x:1', waitMs: 10 } }, ['watch']],
    [room.url('document'), who, ['watch']],
    [room.url('document', { sv: 'AA', since: 'x:1' }), who, ['watch']],
    [room.url('document/sync'), { headers: update, body: Buffer.from([0]) }, ['watch']],
    [room.url('access'), who, ['watch']],
    [room.url('location', { member: 'caller' }), { ...who, json: 1 }, ['join', 'move']],
    [room.url('broadcast', { member: 'caller' }), { ...who, json: 1 }, ['move']],
    [room.url('lock', { member: 'caller', key: 'k' }), { ...who, method: 'POST' }, ['write']],
    [room.url('unlock', { key: 'k', number: 1 }), { ...who, method: 'POST' }, ['write']],
    [`${baseUrl}/location`, { ...who, json: 1 }, ['join', 'move']],
    [room.url('document'), { headers: update, body: EMPTY_UPDATE }, ['write']],
    [room.url('access'), { ...who, json: { revision: 0 } }, ['manage']],
    [room.url('access/offer'), { ...who, json: { accept: false } }, ['watch', 'manage']],
    [room.url('document/title'), { ...who, json: { title: 'x' } }, ['write']],
    [room.url('mark'), { ...who, json: { starred: true } }, ['watch']],
    [room.url('trash'), { ...who, json: { trashed: false } }, ['manage']],
    [room.url('document'), { ...who, method: 'DELETE' }, ['manage']],
    [room.url('inspect'), who, ['manage']],
    [room.url('document/versions'), who, ['write']],
    [room.url('document/versions'), { ...who, json: { name: 'x' } }, ['write']],
    [room.url('document/version', { id: 1 }), who, ['write']],
    [room.url('document/version', { id: 1 }), { ...who, json: { name: 'x' } }, ['write']],
    [room.url('document/version', { id: 1 }), { ...who, method: 'DELETE' }, ['manage']],
    [room.url('confirm', { nextWithinMs: 1 }), { ...who, method: 'POST' }, ['join']],
  ]
}
