import {
  Body,
  Controller,
  Get,
  Inject,
  Param,
  Post,
  Query,
  Sse,
  type MessageEvent,
} from '@nestjs/common'
import { EventSource } from 'eventsource'
import { Problem, type Json, type Member, type Moved } from '@whereabouts/protocol'
import { Rooms, WhereaboutsModule } from '@whereabouts/nestjs'
import type { Observable } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { within } from 'whereabouts-conformance/deadline'
import { call, callJson, expectRefused } from 'whereabouts-conformance/http'
import { memberKey, TestRoom, versionOf } from 'whereabouts-conformance/room'
import { openStream } from 'whereabouts-conformance/stream'
import { PLATFORMS, startApp } from '../servers/nest.js'

/** The article's controller, written with this module. */
@Controller('where')
class WhereController {
  constructor(@Inject(Rooms) private readonly rooms: Rooms) {}

  @Sse('sse')
  stream(@Query('id') id: string): Observable<MessageEvent> {
    return this.rooms.watch('default', { as: id })
  }

  @Sse('patches')
  patches(@Query('id') id?: string): Observable<MessageEvent> {
    return this.rooms.watch('default', { ...(id !== undefined && { as: id }), view: 'patch' })
  }

  @Post()
  move(@Query('id') id: string, @Body() location: Json): Promise<Moved> {
    return this.rooms.move('default', id, location)
  }

  @Post('leave')
  leave(@Query('id') id: string): Promise<void> {
    return this.rooms.leave('default', id)
  }

  @Get(':room/members')
  async members(@Param('room') room: string): Promise<readonly Member[]> {
    const { members } = await this.rooms.members(room)
    return members
  }

  @Get('refuses')
  refuses(): never {
    throw new Problem('room-full', 'Come back later.', { watch: '/rooms/x/events?watch=1' })
  }
}

describe.each(PLATFORMS)('own routes through Rooms on %s', (platform) => {
  const start = (limits: { readonly maxMembers?: number; readonly goodbyeMs?: number } = {}) =>
    startApp(platform, {
      imports: [
        WhereaboutsModule.forRoot({
          heartbeatMs: 100,
          secret: 'the secret of these tests',
          ...limits,
        }),
      ],
      controllers: [WhereController],
    })

  it('[ST8] @Sse streams the list view and @Post moves, in the same room as the calls', async () => {
    await using server = await start()
    const key = memberKey()
    await using own = await openStream(`${server.baseUrl}/where/sse?id=${key}`)
    expect(await own.next()).toMatchObject({ name: 'message', data: [] })
    const moved = await callJson(`${server.baseUrl}/where?id=${key}`, { json: { x: 2 } }, 201)
    expect((await own.next()).data).toEqual([{ x: 2 }])
    const room = new TestRoom(server.baseUrl, 'default')
    const { members, id } = await room.read()
    expect(moved).toEqual({ self: members[0]?.id, id })
    await room.move(memberKey(), { x: 3 })
    expect((await own.next()).data).toEqual([{ x: 3 }, { x: 2 }])
    expect(await callJson(`${server.baseUrl}/where/default/members`)).toEqual(
      (await room.read()).members,
    )
  })

  it('[FR21] @Sse continues after its goodbye until its reader closes it', async () => {
    await using server = await start({ goodbyeMs: 500 })
    const key = memberKey()
    await using own = await openStream(`${server.baseUrl}/where/patches?id=${key}`)
    await own.next('snapshot')
    const stopped = server.stop()
    await own.next('goodbye')
    await callJson(`${server.baseUrl}/where?id=${key}`, { json: { x: 2 } }, 201)
    expect((await own.next('patch')).data).toEqual({ move: { [own.self]: { x: 2 } } })
    await own.close()
    await within(stopped, 'the end of the server')
  })

  it('[ST6] every id on the wire is a position', async () => {
    await using server = await start()
    for (const path of ['sse', 'patches']) {
      const key = memberKey()
      await using own = await openStream(`${server.baseUrl}/where/${path}?id=${key}`)
      await own.quiet(3)
      await callJson(`${server.baseUrl}/where?id=${key}`, { json: { path } }, 201)
      await own.quiet(3)
      const ids = [...own.text.matchAll(/^id: (.*)$/gm)].map((match) => match[1]!)
      expect(ids.length).toBeGreaterThan(1)
      const versions = ids.map(versionOf)
      expect(versions).toEqual(versions.toSorted((a, b) => a - b))
      expect(own.position).toBe((await new TestRoom(server.baseUrl, 'default').read()).id)
    }
  })

  it('[ST3] [ST4] [ST5] view: patch has hello, snapshot, patch and ping', async () => {
    await using server = await start()
    const key = memberKey()
    await using own = await openStream(`${server.baseUrl}/where/patches?id=${key}`)
    await own.next('hello')
    await own.next('snapshot')
    expect(own.state.members.has(own.self)).toBe(true)
    await callJson(`${server.baseUrl}/where?id=${key}`, { json: { x: 2 } }, 201)
    await own.until('the move', ({ members }) => members.get(own.self)?.location !== null)
    await own.next('ping')
    await using viewer = await openStream(`${server.baseUrl}/where/patches`)
    await viewer.next('snapshot')
    expect(viewer.hello.self).toBeNull()
  })

  it('[CL10] a plain EventSource works with an own route', async () => {
    await using server = await start()
    const source = new EventSource(`${server.baseUrl}/where/sse?id=ada`)
    try {
      const printed: string[] = []
      const done = new Promise<void>((resolve) => {
        source.addEventListener('message', ({ data }: { readonly data: string }) => {
          if (printed.push(data) === 2) resolve()
          else void call(`${server.baseUrl}/where?id=ada`, { json: { x: 2, y: 2 } })
        })
      })
      await within(done, 'two lines')
      expect(printed).toEqual(['[]', '[{"x":2,"y":2}]'])
    } finally {
      source.close()
    }
  })

  it('[MB3] [FR6] a member is away after its stream of an own route closes', async () => {
    await using server = await start()
    const room = new TestRoom(server.baseUrl, 'default')
    await using watcher = await room.watch()
    const own = await openStream(`${server.baseUrl}/where/sse?id=${memberKey()}`)
    await watcher.until('the join', ({ members }) => members.size === 1)
    await own.close()
    await watcher.until('away', ({ members }) => [...members.values()][0]?.status === 'away')
    expect(await callJson(`${server.baseUrl}/where/default/members`)).toHaveLength(1)
  })

  it('[MB5] leave removes the member, and can be repeated', async () => {
    await using server = await start()
    await callJson(`${server.baseUrl}/where?id=ada`, { json: { x: 2 } }, 201)
    for (let count = 0; count < 2; count++) {
      const answer = await call(`${server.baseUrl}/where/leave?id=ada`, { method: 'POST' })
      expect(answer).toMatchObject({ status: 201 })
      expect(await callJson(`${server.baseUrl}/where/default/members`)).toEqual([])
    }
  })

  it('[ER1] a problem from an own route is sent as problem+json', async () => {
    await using server = await start({ maxMembers: 1 })
    const problem = await expectRefused('room-full', `${server.baseUrl}/where/refuses`)
    expect(problem.extensions).toEqual({ watch: '/rooms/x/events?watch=1' })
    const url = `${server.baseUrl}/where`
    await expectRefused('bad-member-key', `${url}?id=a.b`, { json: { x: 1 } })
    await expectRefused('bad-member-key', `${url}/sse?id=a.b`)
    await callJson(`${url}?id=ada`, { json: { x: 1 } }, 201)
    await expectRefused('room-full', `${url}?id=bob`, { json: { x: 1 } })
    await expectRefused('room-full', `${url}/sse?id=bob`)
    await expectRefused('bad-room', `${url}/a%20b/members`)
  })

  it('[NM6] a location that is too large is refused in an own route', async () => {
    await using server = await start()
    await expectRefused('too-large', `${server.baseUrl}/where?id=ada`, {
      json: { x: 'y'.repeat(1_100) },
    })
    expect(await callJson(`${server.baseUrl}/where/default/members`)).toEqual([])
  })

  it('[AR3] each post without an id to an own route is a new member', async () => {
    await using server = await start()
    for (let x = 1; x <= 2; x++) await callJson(`${server.baseUrl}/where`, { json: { x } }, 201)
    const members = await callJson(`${server.baseUrl}/where/default/members`)
    expect(members).toMatchObject([{ location: { x: 1 } }, { location: { x: 2 } }])
  })
})
