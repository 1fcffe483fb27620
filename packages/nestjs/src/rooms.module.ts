import { type DynamicModule, Module, type Provider, type Type } from '@nestjs/common'
import { APP_FILTER, ModulesContainer } from '@nestjs/core'
import {
  Administration,
  assertAuth,
  type ResolvedOptions,
  resolveOptions,
  RoomServer,
  type Service,
  type WhereaboutsOptions,
} from '@whereabouts/server/mount'
import { ArticleController } from './http/article.controller.js'
import { Platforms } from './http/platforms.js'
import { ProblemFilter } from './http/problem.filter.js'
import { RoomsController } from './http/rooms.controller.js'
import { StreamsController } from './http/streams.controller.js'
import { Direct, MOUNT } from './http/direct.js'
import { SpareSocketsOfApplication } from './http/spare-sockets.js'
import type { WhereaboutsMount } from './options.js'
import { Rooms } from './rooms.js'
import { Lifecycle, openService, SERVICE } from './service.js'

/** Injects the {@link ResolvedOptions}. */
const WHEREABOUTS_OPTIONS = Symbol('whereabouts options')

/** Provides the rooms of an application and the calls to them. An application can have it only once. */
@Module({})
export class RoomsModule {
  /**
   * @param options provides the application's options under the token
   * @param imports the modules that the options need
   */
  static register(
    mount: Required<WhereaboutsMount>,
    token: string | symbol,
    options: readonly Provider[],
    imports: DynamicModule['imports'] = [],
  ): DynamicModule {
    return {
      module: RoomsModule,
      imports,
      controllers: controllersOf(mount),
      providers: [
        ...options,
        { provide: MOUNT, useValue: mount },
        {
          provide: WHEREABOUTS_OPTIONS,
          inject: [token, ModulesContainer, MOUNT],
          useFactory: readOptions,
        },
        {
          provide: SERVICE,
          inject: [WHEREABOUTS_OPTIONS],
          useFactory: (resolved: ResolvedOptions) => openService(resolved, mount),
        },
        { provide: RoomServer, inject: [SERVICE], useFactory: ({ server }: Service) => server },
        { provide: Rooms, inject: [SERVICE], useFactory: newRooms },
        {
          provide: Administration,
          inject: [RoomServer],
          useFactory: ({ administration }: RoomServer) => administration,
        },
        { provide: APP_FILTER, useClass: ProblemFilter },
        Lifecycle,
        mount.mount === 'direct' ? Direct : Platforms,
        SpareSocketsOfApplication,
      ],
      exports: [Rooms, Administration, RoomServer, SERVICE],
    }
  }
}

/** Returns the controllers of the calls; none with the direct mount. @see PROTOCOL.md NE8, NE9 */
function controllersOf({ mount, article, streams }: Required<WhereaboutsMount>): Type[] {
  if (mount === 'direct') return []
  return [
    RoomsController,
    ...(article ? [ArticleController] : []),
    ...(streams ? [StreamsController] : []),
  ]
}

/** @throws {TypeError} if an option is invalid, or there are several modules. PROTOCOL.md NE6 */
function readOptions(
  options: WhereaboutsOptions,
  modules: ModulesContainer,
  { mount }: Required<WhereaboutsMount>,
): ResolvedOptions {
  const resolved = resolveOptions(options)
  if (mount === 'direct') assertAuth(resolved)
  const roots = [...modules.values()].filter(({ metatype }) => metatype === RoomsModule)
  if (roots.length === 1) return resolved
  throw new TypeError(
    `whereabouts: this application calls WhereaboutsModule.forRoot() or forRootAsync() ${roots.length} times. ` +
      'Call it once, in the root module, and set isGlobal: true there if other modules inject Rooms.',
  )
}

function newRooms({ server, users }: Service): Rooms {
  return new Rooms(server, users)
}
