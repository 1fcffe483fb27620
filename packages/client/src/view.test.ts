import { describe, expect, it } from 'vitest'
import { member } from '../../../test/client/scripted-server.js'
import { RoomView } from './view.js'

function viewOf(position: string, ...ids: string[]): RoomView {
  const view = new RoomView()
  view.applySnapshot(position, { members: ids.map((id) => member(id)), watching: 0 }, 'me', 0)
  return view
}

const statuses = (view: RoomView) =>
  Object.fromEntries([...view.state.members].map(([id, { status }]) => [id, status]))

describe('RoomView', () => {
  it('[CL5] keeps members missing in a new epoch as away, except the client’s own member', () => {
    const view = viewOf('old:7', 'me', 'a', 'b')
    view.applySnapshot('new:1', { members: [member('b')], watching: 0 }, 'me', 500)
    expect(statuses(view)).toEqual({ a: 'away', b: 'online' })
    expect(view.nextExpiryMs).toBe(500)
  })

  it('[CL5] removes missing members when their lease has expired', () => {
    const view = viewOf('old:7', 'a')
    view.applySnapshot('new:1', { members: [], watching: 0 }, 'me', 500)
    view.expire(499)
    expect(statuses(view)).toEqual({ a: 'away' })
    view.expire(500)
    expect(statuses(view)).toEqual({})
    expect(view.nextExpiryMs).toBe(Infinity)
  })

  it('[CL5] shows missing members normally when they join again', () => {
    const view = viewOf('old:7', 'a')
    view.applySnapshot('new:1', { members: [], watching: 0 }, 'me', 500)
    view.applyPatch('new:2', { join: [member('a', 3)] })
    view.expire(500)
    expect(view.state.members.get('a')).toMatchObject({ status: 'online', location: 3 })
  })

  it('[CL5] doesn’t extend the lease when the epoch changes again', () => {
    const view = viewOf('old:7', 'a')
    view.applySnapshot('new:1', { members: [], watching: 0 }, 'me', 500)
    view.applySnapshot('newer:1', { members: [], watching: 0 }, 'me', 900)
    expect(view.nextExpiryMs).toBe(500)
  })

  it('[CL5] removes members missing in a snapshot of the same epoch, except kept ones', () => {
    const view = viewOf('old:7', 'a', 'b')
    view.applySnapshot('new:1', { members: [member('b')], watching: 0 }, 'me', 500)
    view.applySnapshot('new:9', { members: [], watching: 0 }, 'me', 900)
    expect(statuses(view)).toEqual({ a: 'away' })
  })

  it('[CL6] computes how far a position is ahead', () => {
    const view = viewOf('e:7')
    const positions = ['e:6', 'e:7', 'e:8', 'f:8', 'nonsense']
    expect(positions.map((position) => view.ahead(position))).toEqual([-1, 0, 1, NaN, NaN])
  })

  it('[CL34] skips old patches, but applies every snapshot', () => {
    const view = viewOf('e:7', 'a')
    view.applyPatch('e:9', { move: { a: 9 } })
    view.applyPatch('e:8', { move: { a: 8 } })
    view.applyPatch('e:9', { leave: ['a'] })
    expect([view.position, view.state.members.get('a')?.location]).toEqual(['e:9', 9])
    expect([view.advance('e:8'), view.advance('e:10'), view.position]).toEqual([
      false,
      true,
      'e:10',
    ])
    view.applySnapshot('e:3', { members: [], watching: 0 }, 'me', 0)
    expect([view.position, view.state.members.size]).toEqual(['e:3', 0])
  })
})
