import { joinRoom } from '@whereabouts/client'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { Application } from './application.js'
import { until } from './until.js'

type Cell = { readonly sheet: string; readonly cell: string }
type Meta = { readonly team: string }

const ANN = { id: 'ann', name: 'Ann', avatar: 'https://example.com/ann.png', meta: { team: 'red' } }

describe('a typed room', () => {
  it('[AC4 AC5] has the application’s locations, and the avatar and meta of its users', async () => {
    await using application = await Application.listen({
      authenticate: () => ANN,
      authorize: () => true,
    })
    const room = joinRoom<Cell, Meta>({ url: application.url, room: 'budget' })
    room.move({ sheet: 's1', cell: 'C5' })
    const { members } = await until(room, (snapshot) => Boolean(snapshot.members[0]?.location))
    const [ann] = members
    expectTypeOf(ann!.location).toEqualTypeOf<Cell | null>()
    expectTypeOf(ann!.user.meta).toEqualTypeOf<Meta | undefined>()
    expect([ann!.location?.cell, ann!.user.avatar, ann!.user.meta?.team]).toEqual([
      'C5',
      ANN.avatar,
      'red',
    ])
    // @ts-expect-error -- a location of another shape
    expectTypeOf(room.move).toBeCallableWith({ row: 5 })
    await room.leave()
  })
})
