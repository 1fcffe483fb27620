import { describe, expect, it } from 'vitest'
import { member, ScriptedServer } from '../../../test/client/scripted-server.js'
import { until } from '../../../test/client/until.js'
import { joinRoom } from './index.js'

describe('a room', () => {
  it('[CL1] shows what snapshots and patches say, and shares what did not change [CL2]', async () => {
    await using server = await ScriptedServer.listen()
    const room = joinRoom({
      url: server.url,
      room: 'budget',
      user: { name: 'Ann', color: '#e11d48' },
    })
    expect(room.status).toBe('connecting')
    const stream = await server.take('GET events')
    expect(stream.query.get('name')).toBe('Ann')
    expect(stream.query.get('color')).toBe('#e11d48')
    stream.stream().snapshot('e:1', [member('me'), member('a', 1), member('b', 2)], 3)
    const first = await until(room, ({ status }) => status === 'online')
    expect(first).toMatchObject({ self: 'me', watching: 3, problem: null })
    expect(first.others.map(({ id }) => id)).toEqual(['a', 'b'])
    stream.event('patch', { move: { b: 5, nobody: 7 } }, 'e:2')
    const second = await until(room, (now) => now !== first)
    expect(second.members[1]).toBe(first.members[1])
    expect(second.members[2]).toMatchObject({ id: 'b', location: 5 })
    expect(second.members).toHaveLength(3)
    const left = room.leave()
    ;(await server.take('POST leave')).answer(204)
    await left
    expect(room.status).toBe('closed')
  })
})
