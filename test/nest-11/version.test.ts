import { createRequire } from 'node:module'
import { Module } from '@nestjs/common'
import { WhereaboutsModule } from '@whereabouts/nestjs'
import { describe, expect, it } from 'vitest'
import { rawCall } from 'whereabouts-conformance/raw-call'
import { memberKey, TestRoom } from 'whereabouts-conformance/room'
import { PLATFORMS, startApp } from '../servers/nest.js'

const require = createRequire(import.meta.url)

describe.each(PLATFORMS)('Nest 11 on %s', (platform) => {
  it('[NE13] runs these tests and the module', async () => {
    const { version } = require('@nestjs/core/package.json') as { readonly version: string }
    expect(version).toMatch(/^11\./)
    const nest = require('@nestjs/common') as { readonly Module: unknown }
    expect(Module).toBe(nest.Module)
    const imports = [WhereaboutsModule.forRoot({ secret: 'the secret of these tests' })]
    await using server = await startApp(platform, { imports })
    await new TestRoom(server.baseUrl).move(memberKey(), 1)
    const target = 'HTTPS://h/rooms/x/location'
    const { status } = await rawCall(server.baseUrl, { method: 'GET', target })
    expect(status).toBe(platform === 'fastify' ? 404 : 200)
  })
})
