import { Module } from '@nestjs/common'
import { LazyModuleLoader } from '@nestjs/core'
import { WhereaboutsModule } from '@whereabouts/nestjs'
import { describe, expect, it } from 'vitest'
import { PLATFORMS, startApp } from '../servers/nest.js'

const OPTIONS = { secret: 'the secret of these tests', auth: 'open' } as const

describe.each(PLATFORMS)('on %s', (platform) => {
  it.each(['nest', 'direct'] as const)(
    '[NE16] loading the module into an application that listens fails (%s)',
    async (mount) => {
      await using server = await startApp(platform, { imports: [] })
      @Module({ imports: [WhereaboutsModule.forRoot({ ...OPTIONS, mount })] })
      class Late {}
      const loading = server.app.get(LazyModuleLoader).load(() => Late)
      await expect(loading).rejects.toThrow('there from the start')
      expect((await fetch(`${server.baseUrl}/rooms/r/members`)).status).toBe(404)
    },
  )
})
