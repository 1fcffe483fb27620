import {
  ConfigurableModuleBuilder,
  type ConfigurableModuleAsyncOptions,
  type DynamicModule,
  Module,
} from '@nestjs/common'
import { APP_FILTER, RouterModule } from '@nestjs/core'
import { DATA_FOLDER, openDataFolder } from './document/data-folder.js'
import { Documents } from './document/documents.js'
import { EXCHANGE, type Exchange } from './exchange/exchange.js'
import { MemoryExchange } from './exchange/memory.js'
import { ArticleController } from './http/article.controller.js'
import { Bodies } from './http/body.js'
import { Calls } from './http/calls.js'
import { LongNames } from './http/long-names.js'
import { Metrics } from './http/metrics.js'
import { OperationsController } from './http/operations.controller.js'
import { ProblemFilter } from './http/problem.filter.js'
import { RoomsController } from './http/rooms.controller.js'
import { ShortPath } from './http/short-path.js'
import { SpareSockets } from './http/spare-sockets.js'
import {
  type ResolvedOptions,
  resolveOptions,
  WHEREABOUTS_OPTIONS,
  WHEREABOUTS_PATH,
  type WhereaboutsOptions,
} from './options.js'
import { Rooms } from './rooms.js'

/** What is settled where the module is imported, before any factory runs. */
export interface WhereaboutsMount {
  /** Below which path the calls are, after the application's global prefix; `''` unless said. */
  readonly path?: string
  /** Whether `/health/live`, `/health/ready`, `/metrics` and `/openapi.json` are served; they are unless said. */
  readonly operations?: boolean
  /** Whether `Rooms` can be injected everywhere without importing this module; not unless said. */
  readonly isGlobal?: boolean
}

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } =
  new ConfigurableModuleBuilder<WhereaboutsOptions>()
    .setClassMethodName('forRoot')
    .setExtras<WhereaboutsMount>({}, mount)
    .build()

/**
 * Mounts the calls of the protocol in a Nest application, on Express or Fastify, and gives it the
 * injectable {@link Rooms}.
 *
 * @example
 * ```ts
 * @Module({ imports: [WhereaboutsModule.forRoot()] })
 * class AppModule {}
 * ```
 */
@Module({})
export class WhereaboutsModule extends ConfigurableModuleClass {
  /** @throws {TypeError} that names every invalid option */
  static override forRoot(options: WhereaboutsOptions & WhereaboutsMount = {}): DynamicModule {
    const { path: _path, operations: _operations, isGlobal: _isGlobal, ...settings } = options
    resolveOptions(settings)
    return super.forRoot(options)
  }

  static override forRootAsync(
    options: ConfigurableModuleAsyncOptions<WhereaboutsOptions> & WhereaboutsMount,
  ): DynamicModule {
    return super.forRootAsync(options)
  }
}

function mount(definition: DynamicModule, extras: WhereaboutsMount): DynamicModule {
  const { path = '', operations = true, isGlobal = false } = extras
  const { module, imports = [], providers = [] } = definition
  return {
    ...definition,
    global: isGlobal,
    imports: [...imports, ...(path === '' ? [] : [RouterModule.register([{ path, module }])])],
    controllers: [
      RoomsController,
      ArticleController,
      ...(operations ? [OperationsController] : []),
    ],
    providers: [
      ...providers,
      {
        provide: WHEREABOUTS_OPTIONS,
        inject: [MODULE_OPTIONS_TOKEN],
        useFactory: resolveOptions,
      },
      { provide: EXCHANGE, inject: [WHEREABOUTS_OPTIONS], useFactory: openExchange },
      { provide: DATA_FOLDER, inject: [WHEREABOUTS_OPTIONS], useFactory: openDataFolder },
      { provide: WHEREABOUTS_PATH, useValue: path },
      { provide: APP_FILTER, useClass: ProblemFilter },
      Bodies,
      Calls,
      Documents,
      LongNames,
      Metrics,
      Rooms,
      ShortPath,
      SpareSockets,
    ],
    exports: [Rooms, ShortPath],
  }
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
