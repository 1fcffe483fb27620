import type { CanActivate, ExecutionContext } from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import type { FastifyAdapter } from '@nestjs/platform-fastify'
import { documentRoom, isWhereaboutsCall, Rooms, WhereaboutsModule } from '@whereabouts/nestjs'
import { expect } from 'vitest'
import * as Y from 'yjs'
import { type Platform, type RunningApp, startApp } from '../servers/nest.js'
import { rawCall, type RawAnswer, type RawRequest } from 'whereabouts-conformance/raw-call'

/** A room that everybody may open, one that nobody may open, and both with the longest possible name. */
export const OPEN = 'open'
export const SECRET = 'secret'
export const LONG_OPEN = OPEN.padEnd(128, '-')
export const LONG_SECRET = SECRET.padEnd(128, '-')
const REFUSED = [SECRET, LONG_SECRET, 'default']

/** A secret in the document and in a location of each room that nobody may open. */
const HIDDEN = 'hidden-from-everybody'
const SETTINGS = { secret: 'the secret of these tests', leaseMs: 3_600_000 }

type Seen = Map<string, unknown>

/** The guard of docs/how-to/nestjs.md, which also records the room that it saw in each call. */
function guardThatNotes(seen: Seen): CanActivate {
  return {
    canActivate(context: ExecutionContext): boolean {
      if (!isWhereaboutsCall(context)) return true
      const { params, headers } = context.switchToHttp().getRequest<{
        params: { readonly room?: unknown }
        headers: { readonly 'x-case'?: string }
      }>()
      seen.set(headers['x-case'] ?? '', params.room)
      return typeof params.room === 'string' && !REFUSED.includes(documentRoom(params.room))
    },
  }
}

/** An application with the documented guard. */
export class GuardedApp implements AsyncDisposable {
  readonly #seen: Seen
  #cases = 0

  private constructor(
    private readonly server: RunningApp,
    private readonly rooms: Rooms,
    private readonly untouched: readonly unknown[],
    seen: Seen,
  ) {
    this.#seen = seen
  }

  /** @see startApp */
  static async start(
    platform: Platform,
    configure?: (app: RunningApp['app']) => void,
    fastify?: FastifyAdapter,
  ): Promise<GuardedApp> {
    const seen: Seen = new Map()
    const metadata = {
      imports: [WhereaboutsModule.forRoot(SETTINGS)],
      providers: [{ provide: APP_GUARD, useValue: guardThatNotes(seen) }],
    }
    const server = await startApp(platform, metadata, configure, fastify)
    const rooms = server.app.get(Rooms)
    for (const room of REFUSED) {
      await rooms.move(room, 'owner', HIDDEN)
      await rooms.update(room, documentWith(HIDDEN))
      await rooms.update(`comments~${room}`, documentWith(HIDDEN))
    }
    return new GuardedApp(server, rooms, await stateOf(rooms), seen)
  }

  /** Makes one call and compares its effect with what the guard saw. */
  async call({ headers = [], ...request }: RawRequest): Promise<RawAnswer & { room: unknown }> {
    const name = `case-${++this.#cases}`
    const answer = await rawCall(this.server.baseUrl, {
      ...request,
      headers: [...headers, `X-Case: ${name}`, 'Whereabouts-Member: caller'],
    })
    const room = this.#seen.get(name)
    const what = `${request.method} ${request.target}: ${answer.text}`
    expect(answer.status, what).toBeLessThan(500)
    expect(answer.text, what).not.toContain(HIDDEN)
    if (answer.status < 300) {
      expect(room, what).toEqual(expect.any(String))
      expect(REFUSED, what).not.toContain(room)
      await this.#expectDoneIn(room as string, request, answer)
    }
    return { ...answer, room }
  }

  /** Checks that the call acted on the room that the guard saw. */
  async #expectDoneIn(room: string, { body }: RawRequest, { text }: RawAnswer): Promise<void> {
    const streamed = /^data: \{"self":.*"room":"([^"]*)"/m.exec(text)?.[1]
    if (streamed !== undefined) expect(streamed).toBe(room)
    if (!text.includes('{"self":"') || streamed !== undefined) return
    const { members } = await this.rooms.members(room)
    expect(members.map(({ location }) => JSON.stringify(location))).toContain(body)
  }

  /** Fails if anything has changed in a room that the guard refuses. */
  async expectUntouched(): Promise<void> {
    expect(await stateOf(this.rooms)).toEqual(this.untouched)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop()
  }
}

async function stateOf(rooms: Rooms): Promise<unknown[]> {
  const states = REFUSED.map(async (room) => [
    await rooms.members(room),
    Buffer.from(await rooms.document(room)).toString('base64'),
    Buffer.from(await rooms.document(`comments~${room}`)).toString('base64'),
  ])
  return Promise.all(states)
}

export function documentWith(text: string): Uint8Array {
  const document = new Y.Doc()
  document.getText('text').insert(0, text)
  return Y.encodeStateAsUpdate(document)
}
