import {
  ConfigurableModuleBuilder,
  type ConfigurableModuleAsyncOptions,
  type DynamicModule,
  Module,
} from '@nestjs/common'
import { RouterModule } from '@nestjs/core'
import type { WhereaboutsOptions } from '@whereabouts/server/mount'
import { OperationsModule } from './operations.module.js'
import { checkOptions, MOUNT_DEFAULTS, settle, type WhereaboutsMount } from './options.js'
import { RoomsModule } from './rooms.module.js'

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } =
  new ConfigurableModuleBuilder<WhereaboutsOptions>()
    .setClassMethodName('forRoot')
    .setExtras<WhereaboutsMount>(MOUNT_DEFAULTS, mount)
    .build()

/**
 * Mounts the calls of the protocol in a Nest application, on Express or Fastify, and provides the
 * injectable {@link Rooms}. An application without HTTP gets only `Rooms`.
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
    const { path, operations, article, streams, isGlobal, mount: mounted, ...settings } = options
    checkOptions(
      { path, operations, article, streams, isGlobal, mount: mounted } as WhereaboutsMount,
      settings,
    )
    return super.forRoot(options)
  }

  /** @throws {TypeError} that names every invalid option, except those from the factory */
  static override forRootAsync(
    options: ConfigurableModuleAsyncOptions<WhereaboutsOptions> & WhereaboutsMount,
  ): DynamicModule {
    const {
      imports: _imports,
      inject: _inject,
      provideInjectionTokensFrom: _tokens,
      useClass: _class,
      useExisting: _existing,
      useFactory: _factory,
      ...settled
    } = options
    checkOptions(settled)
    return super.forRootAsync(options)
  }
}

function mount(definition: DynamicModule, extras: WhereaboutsMount): DynamicModule {
  const settled = settle(extras)
  const { path, operations, isGlobal } = settled
  const { module, imports, providers = [] } = definition
  const rooms = RoomsModule.register(settled, MODULE_OPTIONS_TOKEN, providers, imports)
  const hasRoutes = operations && settled.mount === 'nest'
  const parts = hasRoutes ? [rooms, OperationsModule.register(rooms)] : [rooms]
  const routes = parts.map((part) => ({ path, module: part.module }))
  return {
    module,
    global: isGlobal,
    imports: [...parts, ...(path === '' ? [] : [RouterModule.register(routes)])],
    exports: [RoomsModule],
  }
}
