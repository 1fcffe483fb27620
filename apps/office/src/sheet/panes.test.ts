import { describe, expect, it } from 'vitest'
import { placeInPane, type Pane } from './panes.js'

// Headers of 46 by 20 pixels, two frozen rows of 24 each.
const area = { left: 222, top: 116, right: 310, bottom: 140 }
const main: Pane = {
  name: 'main',
  box: { left: 46, top: 20, width: 800, height: 400 },
  scroll: { x: 0, y: 0 },
}

describe('a marker', () => {
  it('[SH2] is where its cell is', () => {
    expect(placeInPane(area, main, 1)).toEqual({ left: 176, top: 96, width: 88, height: 24 })
  })

  it('[SH2] follows the scroll', () => {
    const scrolled = { ...main, scroll: { x: 100, y: 90 } }
    expect(placeInPane(area, scrolled, 1)).toEqual({ left: 76, top: 6, width: 88, height: 24 })
  })

  it('[SH2] follows the zoom', () => {
    const zoomed = { ...main, box: { left: 69, top: 30, width: 800, height: 400 } }
    expect(placeInPane(area, zoomed, 1.5)).toEqual({ left: 264, top: 144, width: 132, height: 36 })
  })

  it('[SH2] stands still in a frozen pane, and is not drawn in the one below', () => {
    const frozen = { ...main, name: 'top', box: { ...main.box, height: 120 } }
    const below = {
      ...main,
      box: { left: 46, top: 140, width: 800, height: 280 },
      scroll: { x: 0, y: 1_000 },
    }
    expect(placeInPane(area, frozen, 1)).toEqual({ left: 176, top: 96, width: 88, height: 24 })
    expect(placeInPane(area, below, 1)).toBeUndefined()
  })

  it.each([
    ['above', { x: 0, y: 120 }],
    ['left', { x: 264, y: 0 }],
    ['below', { x: 0, y: -304 }],
    ['right', { x: -624, y: 0 }],
  ])('[SH2] is not drawn when its cell is scrolled away (%s)', (_, scroll) => {
    expect(placeInPane(area, { ...main, scroll }, 1)).toBeUndefined()
  })

  it('[SH2] is drawn when a pixel of its cell is in sight', () => {
    expect(placeInPane(area, { ...main, scroll: { x: 0, y: 119 } }, 1)).toBeDefined()
  })

  it('[SH2] is not drawn when its row is hidden', () => {
    expect(placeInPane({ ...area, bottom: area.top }, main, 1)).toBeUndefined()
  })
})
