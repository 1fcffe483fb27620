import { Inject, Injectable, Module } from '@nestjs/common'
import { WhereaboutsModule } from '@whereabouts/nestjs'
import { describe, expect, it } from 'vitest'
import { callJson, expectRefused } from 'whereabouts-conformance/http'
import { TestRoom } from 'whereabouts-conformance/room'
import { PLATFORMS, startApp } from '../servers/nest.js'
import { as } from './application.js'

/** Knows nothing before Nest has made it. */
@Injectable()
class Documents {
  readonly editors = new Set(['ada'])
}

@Injectable()
class Access {
  constructor(@Inject(Documents) private readonly documents: Documents) {}

  may(user: string | undefined): boolean {
    return user !== undefined && this.documents.editors.has(user)
  }
}

@Module({ providers: [Documents, Access], exports: [Access] })
class AccessModule {}

describe.each(PLATFORMS)(
  'an application whose services say what callers may do on %s',
  (platform) => {
    it.each(['nest', 'direct'] as const)(
      '[AC6] [NE8] [NE9] gives both from a factory, mounted in %s',
      async (mount) => {
        const imports = [
          WhereaboutsModule.forRootAsync({
            mount,
            imports: [AccessModule],
            inject: [Access],
            useFactory: (access: Access) => ({
              secret: 'the secret of these tests',
              authenticate: ({ headers }) => ({ id: headers.authorization ?? 'nobody' }),
              authorize: ({ user }) => access.may(user?.id),
            }),
          }),
        ]
        await using server = await startApp(platform, { imports })
        const url = new TestRoom(server.baseUrl).url('location')
        await callJson(url, { ...as('ada'), json: 1 })
        await expectRefused('forbidden', url, { ...as('eve'), json: 1 })
        expect(await callJson(url, as('ada'))).toMatchObject({ members: [{ user: { id: 'ada' } }] })
      },
    )
  },
)
