import {
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type INestApplication,
  type NestInterceptor,
  type PipeTransform,
  VersioningType,
} from '@nestjs/common'
import { isWhereaboutsCall, WhereaboutsModule } from '@whereabouts/nestjs'
import { map } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { mutatedRequest } from '../requests/requests.js'
import { send } from '../requests/sender.js'
import { PLATFORMS, startApp } from '../servers/nest.js'
import { seedsOf, size } from '../size.js'

const COUNT = size(300, 3_000)
const AT_ONCE = 8
/** Other files run at the same time. */
const HUNG_MS = 30_000
/** Node itself answers so when it is asked for what no server of HTTP/1.1 has. */
const NODES_OWN = new Set([501, 505])
const SETTINGS = { secret: 'the secret of these tests', auth: 'open', budgetScale: 0 } as const

/** What applications have for all their routes. */
class Guard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return !isWhereaboutsCall(context) || context.getArgs().length > 0
  }
}

class Pipe implements PipeTransform {
  transform(value: unknown): unknown {
    return typeof value === 'object' && value !== null ? { ...value } : value
  }
}

class Interceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler) {
    return next.handle().pipe(map((data: unknown) => ({ data })))
  }
}

function asUsual(app: INestApplication): void {
  app.useGlobalGuards(new Guard())
  app.useGlobalPipes(new Pipe())
  app.useGlobalInterceptors(new Interceptor())
  app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' })
  app.enableCors({ origin: 'https://app.example' })
}

function prefixed(app: INestApplication): void {
  asUsual(app)
  app.setGlobalPrefix('api')
}

const below = (prefix: string, bytes: Buffer) =>
  Buffer.from(bytes.toString('latin1').replace(' /', ` ${prefix}/`), 'latin1')

describe.each(PLATFORMS)('Nest on %s', (platform) => {
  it.each([
    ['nest', '', asUsual],
    ['nest', '/api', prefixed],
    ['direct', '', asUsual],
    ['direct', '/api', prefixed],
  ] as const)(
    '[HT24] [NE13] mounted %s at "%s" breaks by no mutated request',
    { timeout: 120_000 },
    async (mount, prefix, configure) => {
      const imports = [WhereaboutsModule.forRoot({ ...SETTINGS, mount, operations: true })]
      await using server = await startApp(platform, { imports }, configure)
      const seeds = seedsOf('REQUEST_SEED', COUNT).values()
      const answered = new Map<number, number>()
      const work = async () => {
        for (const seed of seeds) {
          const request = mutatedRequest(seed, [])
          const own = { ...request, bytes: below(prefix, request.bytes) }
          const statuses = await send(server.baseUrl, own, HUNG_MS)
          const wrong = statuses.filter((status) => status >= 500 && !NODES_OWN.has(status))
          expect(wrong, `REQUEST_SEED=${seed}`).toEqual([])
          for (const status of statuses) answered.set(status, (answered.get(status) ?? 0) + 1)
        }
      }
      await Promise.all(Array.from({ length: AT_ONCE }, work))
      expect(answered.get(200)).toBeGreaterThan(COUNT / 30)
      await new TestRoom(`${server.baseUrl}${prefix}`).move(memberKey(), 1)
    },
  )
})
