import { expect, it } from 'vitest'
import { Occupation } from './occupation.js'

/** A thread's occupation, and the same as another thread sees it. */
function start() {
  const own = new Occupation(undefined, () => {
    throw new Error('ended')
  })
  return { own, seen: new Occupation(own.shared) }
}

it('[DO17] other threads see which work a thread is doing, and tell one piece of work from the next', () => {
  const { own, seen } = start()
  expect(seen.look()).toBeUndefined()
  const turns = ['one', 'x'.repeat(128)].map((roomName, number) => {
    const turn = own.during(roomName, number, () => seen.look())
    expect(turn).toMatchObject({ roomName, number })
    return turn!.turn
  })
  expect(turns[0]).not.toBe(turns[1])
  expect(seen.look()).toBeUndefined()
})

it('[DO17] work that throws ends too', () => {
  const { own, seen } = start()
  expect(() =>
    own.during('one', 1, () => {
      throw new Error('no')
    }),
  ).toThrow('no')
  expect(seen.look()).toBeUndefined()
})

it('[DO17] an isolated thread serves its room only, and others still see its work', () => {
  const { own, seen } = start()
  own.during('one', 1, () => {
    expect(own.serves('two')).toBe(true)
    expect(seen.isolate(seen.look()!)).toBe(true)
  })
  expect([own.serves('one'), own.serves('two')]).toEqual([true, false])
  expect(seen.look()).toBeUndefined()
  own.during('one', 2, () => expect(seen.look()).toMatchObject({ roomName: 'one', number: 2 }))
})

it('[DO17] a thread that has finished a piece of work can’t be isolated or halted for it', () => {
  const { own, seen } = start()
  const turn = own.during('one', 1, () => seen.look()!)
  own.during('two', 2, () => {
    expect(seen.isolate(turn)).toBe(false)
    expect(seen.halt(turn)).toBe(false)
  })
  expect(own.serves('three')).toBe(true)
})

it('[DO80] a thread that is stopped between two pieces of work ends before the next', () => {
  const { own, seen } = start()
  own.during('one', 1, () => {})
  expect(seen.stop()).toBe(false)
  expect(() => own.during('one', 2, () => expect.fail('it began'))).toThrow('ended')
  expect(seen.look()).toBeUndefined()
})

it('[DO80] a thread that is in a call of its store can’t be terminated, and ends after it', () => {
  for (const isolated of [false, true]) {
    const { own, seen } = start()
    const stop = () => {
      if (isolated) seen.isolate(seen.look()!)
      expect(seen.stop()).toBe(false)
    }
    expect(() => own.during('one', 1, stop, 'store')).toThrow('ended')
  }
})

it('[DO80] a thread that is stopped or halted while it works ends after it, isolated or not', () => {
  for (const isolated of [false, true]) {
    for (const stop of ['stop', 'halt'] as const) {
      const { own, seen } = start()
      const working = () =>
        own.during('one', 1, () => {
          const turn = seen.look()!
          if (isolated) seen.isolate(turn)
          expect(stop === 'stop' ? seen.stop() : seen.halt(turn)).toBe(true)
        })
      expect(working).toThrow('ended')
    }
  }
})
