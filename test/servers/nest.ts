import type { AddressInfo } from 'node:net'
import type { Server } from 'node:http'
import {
  Module,
  type DynamicModule,
  type INestApplication,
  type ModuleMetadata,
  type NestApplicationOptions,
  type Type,
} from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { WhereaboutsModule } from '@whereabouts/nestjs'
import type { Running, Settings, Start } from 'whereabouts-conformance/suite'

/** The HTTP platforms of Nest. */
export type Platform = 'express' | 'fastify'
export const PLATFORMS: readonly Platform[] = ['express', 'fastify']

/** Used if a test sets neither a secret nor a data folder. */
const SECRET = 'the secret of a server under test'

/**
 * Starts an application with only the module and Nest's defaults.
 *
 * @param mount `direct` answers the calls before Nest sees them
 */
export function startNest(platform: Platform, mount: 'nest' | 'direct' = 'nest'): Start {
  const mounted = { mount, auth: 'open' } as const
  return (settings: Settings = {}) => {
    const secret = settings.dataDir === undefined ? { secret: SECRET } : {}
    return startApp(platform, {
      imports: [
        WhereaboutsModule.forRoot({ operations: true, ...mounted, ...secret, ...settings }),
      ],
    })
  }
}

/** A Nest application under test. */
export interface RunningApp extends Running {
  readonly app: INestApplication<Server>
}

/**
 * Starts an application on a free port.
 *
 * @param configure like the code in the application's `main.ts`
 * @param fastify an adapter other than Nest's default
 */
export async function startApp(
  platform: Platform,
  metadata: ModuleMetadata,
  configure: (app: INestApplication<Server>) => void = () => {},
  fastify = new FastifyAdapter(),
): Promise<RunningApp> {
  const root: DynamicModule = { ...metadata, module: rootModule() }
  // A failed start must fail the test and not end the test runner.
  const options: NestApplicationOptions = { logger: ['fatal'], abortOnError: false }
  const app =
    platform === 'express'
      ? await NestFactory.create<INestApplication<Server>>(root, options)
      : await NestFactory.create<INestApplication<Server>>(root, fastify, options)
  configure(app)
  await app.listen(0, '127.0.0.1')
  return running(app)
}

/** Nest identifies modules by their class, so each application gets its own. */
function rootModule(): Type {
  @Module({})
  class AppModule {}
  return AppModule
}

function running(app: INestApplication<Server>): RunningApp {
  const { port } = app.getHttpServer().address() as AddressInfo
  let stopped: Promise<void> | undefined
  const stop = () => (stopped ??= app.close())
  return {
    app,
    baseUrl: `http://127.0.0.1:${port}`,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
