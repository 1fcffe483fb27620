import { type Call, methodNotAllowed } from './call.js'
import type { Calls } from './calls.js'
import type { Operations } from './operations.js'
import type { Address, CallName } from './routes.js'

/** What the answers are made of. */
export interface Answering {
  readonly calls: Calls
  readonly operations: Operations
  /** Whether the article's calls are there, which the description says. */
  readonly article: boolean
}

type Answer = (server: Answering, call: Call, room: string) => Promise<void> | void
type Answers = ReadonlyMap<string, Answer>

const answers = (byMethod: { readonly [method: string]: Answer }): Answers =>
  new Map(Object.entries(byMethod))
/** Balancers ask with HEAD, too; Node leaves the body out. */
const asked = (what: Answer): Answers => answers({ GET: what, HEAD: what })

const stream: Answer = ({ calls }, call, room) => calls.stream(call, room)

/** Every call that there is, by its address and method: what answers it. */
const ANSWERS: { readonly [call in CallName]: Answers } = {
  events: answers({ GET: stream, POST: stream }),
  location: answers({
    GET: ({ calls }, call, room) => calls.getLocation(call, room),
    POST: async ({ calls }, call, room) => call.json(await calls.postLocation(call, room)),
  }),
  leave: answers({ POST: ({ calls }, call, room) => calls.leave(call, room) }),
  document: answers({
    GET: ({ calls }, call, room) => calls.getDocument(call, room),
    POST: async ({ calls }, call, room) => call.json(await calls.postDocument(call, room)),
  }),
  'document/sync': answers({ POST: ({ calls }, call, room) => calls.syncDocument(call, room) }),
  '/location': answers({
    POST: async ({ calls }, call, room) => {
      await calls.postLocation(call, room, 'id')
      call.send(201, 'text/plain; charset=utf-8', 'ok')
    },
  }),
  '/location/sse': answers({ GET: ({ calls }, call, room) => calls.streamList(call, room) }),
  '/health/live': asked(({ operations }, call) => operations.live(call)),
  '/health/ready': asked(({ operations }, call) => operations.ready(call)),
  '/metrics': asked(({ operations }, call) => operations.metrics(call)),
  '/openapi.json': asked(({ operations, article }, call) => operations.describe(call, article)),
}

/**
 * Answers a call. There is no other way from an address to what it does.
 *
 * @throws {Problem} what the call meets; method-not-allowed
 * @see PROTOCOL.md §6
 */
export async function answer(
  server: Answering,
  call: Call,
  { call: name, room }: Pick<Address, 'call' | 'room'>,
): Promise<void> {
  const byMethod = ANSWERS[name]
  const found = byMethod.get(call.request.method ?? '')
  if (found === undefined) throw methodNotAllowed(call, [...byMethod.keys()])
  await found(server, call, room)
}
