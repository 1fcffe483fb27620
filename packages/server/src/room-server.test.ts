import { AuditLog } from './access/audit.js'
import { lastValueFrom, Observable, toArray } from 'rxjs'
import type { Problem } from '@whereabouts/protocol'
import { describe, expect, it } from 'vitest'
import { EndedLogins } from './access/ended-logins.js'
import { Permissions } from './access/permissions.js'
import { Sharing } from './access/sharing.js'
import { DataFolder } from './document/data-folder.js'
import { Documents } from './document/documents.js'
import { Quotas } from './document/quota.js'
import { SlowExchange } from '../../../test/exchange/slow-exchange.js'
import type { Numbered } from './rooms/outcomes.js'
import { PROCESS } from './exchange/surroundings.js'
import { NO_LOG } from './log.js'
import { resolveOptions } from './options.js'
import { SYSTEM_CLOCK } from './stream/clock.js'
import { type NodesExchange, RoomServer } from './room-server.js'

const NO_WARNING = { warn: () => {} }
const random = () => PROCESS.random()

function start(exchange: NodesExchange, maxConnections = 1) {
  const options = resolveOptions({ secret: 'the secret of these tests', maxConnections })
  const folder = new DataFolder(undefined)
  const documents = new Documents(options, folder, NO_LOG, () => PROCESS.now())
  const clock = SYSTEM_CLOCK
  const quotas = new Quotas(options, documents.catalog, () => clock.now(), NO_WARNING)
  const sharing = new Sharing(documents.catalog, 'edit', quotas)
  const permissions = new Permissions(options, NO_LOG, clock.after, sharing)
  const log = NO_LOG
  const audit = new AuditLog(() => {}, undefined, log)
  return new RoomServer({
    options,
    documents,
    exchange,
    folder,
    log,
    clock,
    startedAtMs: 0,
    permissions,
    ended: new EndedLogins(),
    sharing,
    random,
    audit,
    quotas,
  })
}

const WATCH = {
  view: 'list',
  documents: false,
  part: undefined,
  lastEventId: undefined,
  caller: undefined,
  userId: undefined,
} as const

const watch = (server: RoomServer) =>
  new Observable((subscriber) => {
    server.readers
      .subscribe('r', WATCH, subscriber)
      .catch((error: unknown) => subscriber.error(error))
  })

const outcomeOf = (events: Observable<unknown>) =>
  lastValueFrom(events.pipe(toArray())).then(
    (all) => all.length,
    (error: unknown) => (error as Problem).problem,
  )

describe('connections that wait for other nodes', () => {
  it('[FR10] count towards the limit while they wait', async () => {
    const exchange = new SlowExchange<Numbered>()
    exchange.stop()
    const server = start(exchange)
    const waiting = watch(server).subscribe()
    expect(await outcomeOf(watch(server))).toBe('too-many-connections')
    expect(await server.count()).toMatchObject({ connections: 1, watching: 0 })
    exchange.letGo()
    await expect.poll(() => server.count()).toMatchObject({ connections: 1, watching: 1 })
    waiting.unsubscribe()
    await expect.poll(() => server.count()).toMatchObject({ connections: 0, watching: 0 })
  })

  it('[FR10] no longer count once their reader has disconnected', async () => {
    const exchange = new SlowExchange<Numbered>()
    exchange.stop()
    const server = start(exchange)
    watch(server).subscribe().unsubscribe()
    exchange.letGo()
    await expect.poll(() => server.count()).toMatchObject({ connections: 0, watching: 0 })
  })

  it('[FR19] are refused if the server shuts down meanwhile', async () => {
    const exchange = new SlowExchange<Numbered>()
    exchange.stop()
    const server = start(exchange)
    const outcome = outcomeOf(watch(server))
    const stopped = server.goodbye()
    exchange.letGo()
    expect(await outcome).toBe('shutting-down')
    await stopped
    expect(await server.count()).toMatchObject({ connections: 0 })
  })
})
