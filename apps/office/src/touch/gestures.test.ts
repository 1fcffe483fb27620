import { expect, it } from 'vitest'
import { Fingers } from './gestures.js'

const at = (clientX: number, clientY: number, timeStamp: number, pointerId = 1): PointerEvent =>
  ({ clientX, clientY, timeStamp, pointerId }) as PointerEvent

/** Follows fingers, and notes what they do. */
function follow(ended = false) {
  const seen: unknown[] = []
  const fingers = new Fingers({
    began: () => ended,
    tapped: () => seen.push('tap'),
    pressed: () => seen.push('press'),
    dragged: () => seen.push('drag'),
    moved: (by) => seen.push(by),
    released: ({ y }) => seen.push(Math.sign(y)),
    pinched: (factor) => seen.push(factor),
  })
  return { fingers, seen }
}

it('[SH226] a touch that ends scrolling is no tap', () => {
  for (const [ended, expected] of [
    [true, []],
    [false, ['tap']],
  ] as const) {
    const { fingers, seen } = follow(ended)
    fingers.down(at(0, 0, 0))
    fingers.up(at(1, 1, 50))
    expect(seen).toEqual(expected)
  }
})

it('[SH226] cells scroll on in the direction of a flick, and not after a rest', () => {
  for (const [upMs, way] of [
    [40, -1],
    [400, 0],
  ] as const) {
    const { fingers, seen } = follow()
    fingers.down(at(0, 100, 0))
    fingers.move(at(0, 60, 16))
    fingers.up(at(0, 60, upMs))
    expect(seen).toEqual(['drag', { x: 0, y: -40 }, way])
  }
})

it('[SH227] a second finger makes a pinch, and what is left of it does nothing', () => {
  const { fingers, seen } = follow()
  fingers.down(at(0, 0, 0))
  fingers.down(at(0, 100, 0, 2))
  fingers.move(at(0, 200, 16, 2))
  fingers.up(at(0, 200, 20, 2))
  fingers.move(at(0, 90, 40))
  fingers.up(at(0, 90, 50))
  expect(seen).toEqual([2])
})
