import { type Call, methodNotAllowed } from './call.js'
import type { Calls } from './calls.js'
import type { ServedCalls } from './openapi.js'
import type { Operations } from './operations.js'
import type { Address, CallName } from './routes.js'

/** The parts of the server that answer calls. */
export interface Answering {
  readonly calls: Calls
  readonly operations: Operations
  /** Which calls the description includes. */
  readonly served: ServedCalls
}

type Answer = (server: Answering, call: Call, roomName: string) => Promise<void> | void
type Answers = ReadonlyMap<string, Answer>

const answers = (byMethod: { readonly [method: string]: Answer }): Answers =>
  new Map(Object.entries(byMethod))
/** Load balancers also send HEAD, for which Node leaves out the body. */
const asked = (what: Answer): Answers => answers({ GET: what, HEAD: what })

const stream: Answer = ({ calls }, call, roomName) => calls.stream(call, roomName)

/** The handlers of all calls, by address and method. */
const ANSWERS: { readonly [call in CallName]: Answers } = {
  events: answers({ GET: stream, POST: stream }),
  location: answers({
    GET: ({ calls }, call, roomName) => calls.getLocation(call, roomName),
    POST: ({ calls }, call, roomName) => calls.postLocation(call, roomName, 'member'),
  }),
  confirm: answers({
    POST: async ({ calls }, call, roomName) => call.json(await calls.confirm(call, roomName)),
  }),
  broadcast: answers({
    POST: async ({ calls }, call, roomName) => call.json(await calls.broadcast(call, roomName)),
  }),
  lock: answers({
    POST: async ({ calls }, call, roomName) => call.json(await calls.lock(call, roomName)),
  }),
  unlock: answers({
    POST: async ({ calls }, call, roomName) => call.json(await calls.unlock(call, roomName)),
  }),
  changes: answers({ POST: ({ calls }, call, roomName) => calls.postChanges(call, roomName) }),
  leave: answers({ POST: ({ calls }, call, roomName) => calls.leave(call, roomName) }),
  document: answers({
    GET: ({ calls }, call, roomName) => calls.document.read(call, roomName),
    POST: async ({ calls }, call, roomName) =>
      call.json(await calls.document.write(call, roomName)),
    DELETE: ({ calls }, call, roomName) => calls.document.delete(call, roomName),
  }),
  'document/sync': answers({
    POST: ({ calls }, call, roomName) => calls.document.sync(call, roomName),
  }),
  'document/versions': answers({
    GET: ({ calls }, call, roomName) => calls.history.list(call, roomName),
    POST: async ({ calls }, call, roomName) => call.json(await calls.history.name(call, roomName)),
  }),
  'document/version': answers({
    GET: ({ calls }, call, roomName) => calls.history.read(call, roomName),
    POST: ({ calls }, call, roomName) => calls.history.rename(call, roomName),
    DELETE: ({ calls }, call, roomName) => calls.history.remove(call, roomName),
  }),
  'document/title': answers({
    POST: ({ calls }, call, roomName) => calls.lists.label(call, roomName),
  }),
  mark: answers({ POST: ({ calls }, call, roomName) => calls.lists.mark(call, roomName) }),
  trash: answers({ POST: ({ calls }, call, roomName) => calls.lists.trash(call, roomName) }),
  access: answers({
    GET: ({ calls }, call, roomName) => calls.getAccess(call, roomName),
    POST: ({ calls }, call, roomName) => calls.postAccess(call, roomName),
  }),
  'access/offer': answers({
    POST: ({ calls }, call, roomName) => calls.postOffer(call, roomName),
  }),
  inspect: answers({ GET: ({ calls }, call, roomName) => calls.inspect(call, roomName) }),
  '/location': answers({
    POST: ({ calls }, call, roomName) => calls.postLocation(call, roomName, 'id'),
  }),
  '/location/sse': answers({
    GET: ({ calls }, call, roomName) => calls.streamList(call, roomName),
  }),
  '/streams': answers({ POST: ({ calls }, call) => calls.streams(call) }),
  '/health/live': asked(({ operations }, call) => operations.live(call)),
  '/health/ready': asked(({ operations }, call) => operations.ready(call)),
  '/metrics': asked(({ operations }, call) => operations.metrics(call)),
  '/rooms': answers({ GET: ({ calls }, call) => calls.document.list(call) }),
  '/rooms/mine': answers({
    GET: ({ calls }, call) => calls.lists.list(call),
    POST: ({ calls }, call) => calls.lists.folder(call),
  }),
  '/openapi.json': asked(({ operations, served }, call) => operations.describe(call, served)),
}

/**
 * Answers a call. All calls go through here.
 *
 * @throws {Problem} method-not-allowed, or the problem of the call
 * @see PROTOCOL.md §7
 */
export function answer(
  server: Answering,
  call: Call,
  { call: name, roomName }: Pick<Address, 'call' | 'roomName'>,
): Promise<void> | void {
  const byMethod = ANSWERS[name]
  const found = byMethod.get(call.request.method ?? '')
  if (found === undefined) throw methodNotAllowed(call, [...byMethod.keys()])
  return found(server, call, roomName)
}
