import { expect, it } from 'vitest'
import { Occupation } from './occupation.js'

/** What a thread says it is at, and how another one sees it. */
function start() {
  const own = new Occupation()
  return { own, seen: new Occupation(own.shared) }
}

it('[DO17] others see what a thread is at work on, and that it is another piece of work', () => {
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

it('[DO17] what fails ends as well', () => {
  const { own, seen } = start()
  expect(() =>
    own.during('one', 1, () => {
      throw new Error('no')
    }),
  ).toThrow('no')
  expect(seen.look()).toBeUndefined()
})

it('[DO17] a thread that is isolated serves that room alone, and is seen at work for it', () => {
  const { own, seen } = start()
  own.during('one', 1, () => {
    expect(own.serves('two')).toBe(true)
    expect(seen.isolate(seen.look()!)).toBe(true)
  })
  expect([own.serves('one'), own.serves('two')]).toEqual([true, false])
  expect(seen.look()).toBeUndefined()
  own.during('one', 2, () => expect(seen.look()).toMatchObject({ roomName: 'one', number: 2 }))
})

it('[DO17] a thread that is done with its work can be neither isolated nor halted for it', () => {
  const { own, seen } = start()
  const turn = own.during('one', 1, () => seen.look()!)
  own.during('two', 2, () => {
    expect(seen.isolate(turn)).toBe(false)
    expect(seen.halt(turn)).toBe(false)
  })
  expect(own.serves('three')).toBe(true)
})
