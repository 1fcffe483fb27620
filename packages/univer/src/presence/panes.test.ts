import { describe, expect, it } from 'vitest'
import { cutOff, placeInPane, placeTags, type Pane } from './panes.js'

// Headers of 46 by 20 pixels, two frozen rows of 24 each.
const area = { left: 222, top: 116, right: 310, bottom: 140 }
const main: Pane = {
  name: 'main',
  box: { left: 46, top: 20, width: 800, height: 400 },
  scroll: { x: 0, y: 0 },
}

describe('a marker', () => {
  it('[SH2] is at its cell', () => {
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

  it('[SH2] stays in place in a frozen pane, and is not drawn in the one below', () => {
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
  ])('[SH2] is not drawn when its cell is out of sight (%s)', (_, scroll) => {
    expect(placeInPane(area, { ...main, scroll }, 1)).toBeUndefined()
  })

  it('[SH2] is drawn when a pixel of its cell is visible', () => {
    expect(placeInPane(area, { ...main, scroll: { x: 0, y: 119 } }, 1)).toBeDefined()
  })

  it('[SH34] is a line where its row is hidden, even at the very top', () => {
    const hidden = { ...area, bottom: area.top }
    expect(placeInPane(hidden, main, 1)).toEqual({ left: 176, top: 96, width: 88, height: 0 })
    const first = { left: 46, top: 20, right: 134, bottom: 20 }
    expect(placeInPane(first, main, 1)).toEqual({ left: 0, top: 0, width: 88, height: 0 })
    expect(placeInPane(hidden, { ...main, scroll: { x: 0, y: 97 } }, 1)).toBeUndefined()
  })

  it('[SH2] is clipped at the edges of its pane', () => {
    const box = { left: -10, top: 390, width: 88, height: 24 }
    expect(cutOff(box, main.box)).toEqual({ top: 0, right: 0, bottom: 14, left: 10 })
  })
})

describe('name tags', () => {
  const pane = main.box
  const cell = { left: 88, top: 48, width: 88, height: 24 }
  const free = { isTopPane: true, isFreeAbove: true, isFreeBelow: true }
  const place = (box: object, around: object, within: object = pane) =>
    placeTags({ ...cell, ...box }, { ...pane, ...within }, { ...free, ...around }, 20)

  it.each([
    ['above a cell', {}, {}, 'above'],
    ['below it when something is written above', {}, { isFreeAbove: false }, 'below'],
    ['above it when both are written in', {}, { isFreeAbove: false, isFreeBelow: false }, 'above'],
    ['on the headers above the first row', { top: 0 }, { isFreeAbove: false }, 'above'],
    ['below the first row under frozen ones', { top: 0 }, { isTopPane: false }, 'below'],
    ['below a row that is cut off above', { top: -4 }, {}, 'below'],
    ['above a row that is cut off below', { top: 390 }, { isFreeAbove: false }, 'above'],
  ])('[SH33] stand %s', (_, box, around, tags) => {
    expect(place(box, around)).toBe(tags)
  })

  it('[SH34] are above the only row of a frozen pane, where nothing clips them', () => {
    expect(place({ top: 0 }, {}, { height: 24 })).toBe('above')
  })

  it('[SH33] are hidden if they would cover the cell', () => {
    expect(place({ top: -4 }, { isTopPane: false }, { height: 12 })).toBe('hidden')
  })
})
