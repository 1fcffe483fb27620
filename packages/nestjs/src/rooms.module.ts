import { type DynamicModule, Module, type Provider } from '@nestjs/common'
import { APP_FILTER, ModulesContainer } from '@nestjs/core'
import { DATA_FOLDER, openDataFolder } from './document/data-folder.js'
import { Documents } from './document/documents.js'
import { EXCHANGE, type Exchange } from './exchange/exchange.js'
import { MemoryExchange } from './exchange/memory.js'
import { ArticleController } from './http/article.controller.js'
import { Bodies } from './http/body.js'
import { Calls } from './http/calls.js'
import { Platforms } from './http/platforms.js'
import { ProblemFilter } from './http/problem.filter.js'
import { RoomsController } from './http/rooms.controller.js'
import { ShortPath } from './http/short-path.js'
import { SpareSockets } from './http/spare-sockets.js'
import { Users } from './identity/users.js'
import {
  type ResolvedOptions,
  resolveOptions,
  WHEREABOUTS_OPTIONS,
  type WhereaboutsMount,
  type WhereaboutsOptions,
} from './options.js'
import { RoomServer } from './room-server.js'
import { Rooms } from './rooms.js'

/** The rooms of an application and the calls to them. One application has it once. */
@Module({})
export class RoomsModule {
  /**
   * @param options provides what the application said, by the token
   * @param imports what that needs
   */
  static register(
    { article }: Required<WhereaboutsMount>,
    token: string | symbol,
    options: readonly Provider[],
    imports: DynamicModule['imports'] = [],
  ): DynamicModule {
    return {
      module: RoomsModule,
      imports,
      controllers: [RoomsController, ...(article ? [ArticleController] : [])],
      providers: [
        ...options,
        {
          provide: WHEREABOUTS_OPTIONS,
          inject: [token, ModulesContainer],
          useFactory: readOptions,
        },
        { provide: EXCHANGE, inject: [WHEREABOUTS_OPTIONS], useFactory: openExchange },
        { provide: DATA_FOLDER, inject: [WHEREABOUTS_OPTIONS], useFactory: openDataFolder },
        { provide: APP_FILTER, useClass: ProblemFilter },
        Bodies,
        Calls,
        Documents,
        Platforms,
        Rooms,
        RoomServer,
        ShortPath,
        SpareSockets,
        Users,
      ],
      exports: [Rooms, RoomServer, ShortPath],
    }
  }
}

/** @throws {TypeError} if an option is invalid, or there are several modules. PROTOCOL.md NE6 */
function readOptions(options: WhereaboutsOptions, modules: ModulesContainer): ResolvedOptions {
  const roots = [...modules.values()].filter(({ metatype }) => metatype === RoomsModule)
  if (roots.length === 1) return resolveOptions(options)
  throw new TypeError(
    `whereabouts: this application calls WhereaboutsModule.forRoot() or forRootAsync() ${roots.length} times. ` +
      'Call it once, in the root module; where other modules inject Rooms, set isGlobal: true there.',
  )
}

async function openExchange({ redisUrl, frameIntervalMs }: ResolvedOptions): Promise<Exchange> {
  if (redisUrl === undefined) return new MemoryExchange()
  const { openRedis } = await import('./exchange/redis.js')
  const exchange = openRedis(redisUrl, frameIntervalMs)
  try {
    await exchange.admitted()
    return exchange
  } catch (error) {
    await exchange.close()
    throw error
  }
}
