import { ForbiddenException, type CanActivate } from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import { joinRoom } from '@whereabouts/client'
import { WhereaboutsModule } from '@whereabouts/nestjs'
import { expect, it } from 'vitest'
import { PLATFORMS, startApp } from '../servers/nest.js'
import { until } from './until.js'

const WHY = 'Ask Ada to let you into this room.'

class Guard implements CanActivate {
  canActivate(): boolean {
    throw new ForbiddenException(WHY)
  }
}

it.each(PLATFORMS)(
  '[CL32] a room reports the reason that the application’s guard gave for refusing, on %s',
  async (platform) => {
    await using server = await startApp(platform, {
      imports: [WhereaboutsModule.forRoot({ secret: 'the secret of these tests' })],
      providers: [{ provide: APP_GUARD, useClass: Guard }],
    })
    const room = joinRoom({ url: server.baseUrl, room: 'budget' })
    const { problem } = await until(room, ({ status }) => status === 'closed')
    expect(problem).toMatchObject({ problem: 'forbidden', detail: WHY })
  },
)
