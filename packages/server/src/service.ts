import { randomInt } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Allowances } from './access/allowances.js'
import { inRedis } from './access/limiters.js'
import { Browsers } from './access/browsers.js'
import { AuditLog } from './access/audit.js'
import { EndedLogins } from './access/ended-logins.js'
import { Permissions } from './access/permissions.js'
import { RareWarning } from './access/rare-warning.js'
import { resolveSecret } from './access/secret.js'
import { Sharing } from './access/sharing.js'
import { Users } from './access/users.js'
import { Descriptors } from './descriptors.js'
import { type DataFolder, openDataFolder } from './document/data-folder.js'
import { Documents } from './document/documents.js'
import { FULL, Quotas } from './document/quota.js'
import { connected } from './document/shown-address.js'
import { AccessCalls } from './http/access-calls.js'
import { answer } from './http/answers.js'
import { Bodies } from './http/body.js'
import type { Call } from './http/call.js'
import { Calls } from './http/calls.js'
import { ListPlaces } from './http/list-places.js'
import { Operations } from './http/operations.js'
import type { ServedCalls } from './http/openapi.js'
import type { Address } from './http/routes.js'
import { Turns } from './http/turns.js'
import { withPackage } from './installed.js'
import type { Log } from './log.js'
import type { ResolvedOptions } from './options.js'
import { OPERATION_CODEC } from './rooms/operation-codec.js'
import { RetentionTimer } from './retention-timer.js'
import type { Counting } from './exchange/exchange.js'
import { type NodesExchange, RoomServer } from './room-server.js'
import { SYSTEM_CLOCK } from './stream/clock.js'

const RANGE = 2 ** 47

/** Not `Math.random`: an application may seed it, and two servers with one epoch would hide changes. */
const random = (): number => randomInt(RANGE) / RANGE

/** Assembles everything that serves the rooms of a process. */
export class Service {
  readonly server: RoomServer
  readonly users: Users
  readonly bodies: Bodies
  readonly calls: Calls
  readonly operations: Operations
  readonly #documents: Documents
  readonly #browsers: Browsers
  readonly #retention: RetentionTimer
  readonly #audit: AuditLog
  readonly #descriptors: Descriptors
  readonly #allowances: Allowances
  readonly #turns = new Turns()

  private constructor(
    options: ResolvedOptions,
    exchange: (NodesExchange & Counting) | undefined,
    folder: DataFolder,
    readonly log: Log,
    readonly served: ServedCalls,
  ) {
    const clock = SYSTEM_CLOCK
    const now = () => clock.now()
    const documents = new Documents(options, folder, log, now)
    this.#documents = documents
    const quotas = new Quotas(options, documents.catalog, now, new RareWarning(log, FULL))
    const sharing = new Sharing(documents.catalog, options.linkGives, quotas)
    const permissions = new Permissions(options, log, clock.after, sharing)
    const ended = new EndedLogins()
    const audit = new AuditLog(options.audit, folder.path, log)
    this.#audit = audit
    this.server = new RoomServer({
      options,
      documents,
      exchange,
      folder,
      log,
      clock,
      startedAtMs: Date.now(),
      permissions,
      ended,
      sharing,
      random,
      audit,
      quotas,
    })
    const { administration } = this.server
    this.#retention = new RetentionTimer(administration, options, log, clock)
    this.users = new Users(options, log, clock.after, ended)
    this.#browsers = new Browsers(options)
    const { users } = this
    const browsers = this.#browsers
    this.#allowances = new Allowances(
      options,
      browsers.proxies,
      this.server,
      log,
      exchange && inRedis(exchange),
    )
    const allowances = this.#allowances
    this.bodies = new Bodies(options, (request) => allowances.accountOfBody(request).key)
    const access = { users, permissions, allowances, browsers, sharing }
    const about = new AccessCalls(this.server, access, this.bodies, audit)
    const places = new ListPlaces(resolveSecret(options.secret, folder.path))
    const more = { about, lists: documents.lists, places }
    this.calls = new Calls(this.server, access, more, this.bodies, options)
    this.#descriptors = new Descriptors(log)
    this.operations = new Operations(
      this.server,
      allowances.budgets,
      this.#descriptors,
      options.registry,
    )
  }

  /**
   * Opens the data folder and the exchange. Call {@link start} before the first call.
   *
   * @param served which of the calls are served that an application may leave out
   * @throws {Error} if the data folder can't be used, or Redis refuses this server
   */
  static async open(options: ResolvedOptions, log: Log, served: ServedCalls): Promise<Service> {
    const exchange = await openExchange(options, log)
    let folder: DataFolder | undefined
    try {
      folder = await openDataFolder(options, log)
      return new Service(options, exchange, folder, log, served)
    } catch (error) {
      folder?.release()
      await exchange?.close()
      throw error
    }
  }

  /** @throws {Error} if the store can't be used, or is of a newer version. PROTOCOL.md DO11 */
  async start(): Promise<void> {
    await this.#documents.start()
    this.#retention.start()
    this.#descriptors.start()
  }

  /** Counts a request of the application's own login. @throws {Problem} too-many-requests. BU2 */
  async countLogin(request: IncomingMessage, userId: string | undefined): Promise<void> {
    await this.#allowances.take('logins', this.#allowances.accountOf(request, userId))
  }

  /** @throws {Problem} of the call */
  answer(call: Call, address: Pick<Address, 'call' | 'roomName'>): Promise<void> | void {
    call.proxies = this.#browsers.proxies
    // Discards the body of a GET, because an unread one hides the end of the connection. HT25
    if (call.request.method === 'GET') call.request.resume()
    if (!isRead(call)) this.#browsers.origins.check(call.request, call.response)
    return this.#turns.isBehind(call)
      ? this.#answerInTurn(call, address)
      : answer(this, call, address)
  }

  async #answerInTurn(call: Call, address: Pick<Address, 'call' | 'roomName'>): Promise<void> {
    if (await this.#turns.turnOf(call)) await answer(this, call, address)
  }

  /** Says goodbye to all readers, while the HTTP server still listens. @see PROTOCOL.md FR7, FR9, FR13 */
  async goodbye(): Promise<void> {
    this.#retention.stop()
    this.#descriptors.stop()
    await this.server.goodbye()
    this.bodies.finish()
  }

  /**
   * Closes the stores. Call it after the last answer: until then, posts may wait for a store.
   *
   * @see PROTOCOL.md EX4
   */
  async release(): Promise<void> {
    this.operations.end()
    await this.server.finishStoring()
    await Promise.all([this.#documents.close(), this.server.release(), this.#audit.flush()])
  }
}

function isRead({ request: { method } }: Call): boolean {
  return method === 'GET' || method === 'HEAD'
}

async function openExchange(
  { redisUrl, redisClient }: ResolvedOptions,
  log: Log,
): Promise<(NodesExchange & Counting) | undefined> {
  const at = redisUrl ?? redisClient
  if (at === undefined) return undefined
  const { addressOf, openRedis } = await withPackage('@redis/client', import('./exchange/redis.js'))
  const exchange = openRedis(at, OPERATION_CODEC, log)
  try {
    await connected('Redis', addressOf(at), exchange.admitted(), (message) => log.warn(message))
    return exchange
  } catch (error) {
    await exchange.close()
    throw error
  }
}
