import { describe, expect, it } from 'vitest'
import { formatCell, parsePlace, toLocation, type Place } from './place.js'

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length
const at = (row: number, column: number) => ({ row, column })

describe('cells', () => {
  it.each([
    ['A1', at(0, 0)],
    ['Z9', at(8, 25)],
    ['AA10', at(9, 26)],
    ['ZZ1', at(0, 701)],
    ['AAA1', at(0, 702)],
    ['XFD1048576', at(1_048_575, 16_383)],
  ])('[SH5] are called as in the grid: %s', (text, cell) => expect(formatCell(cell)).toBe(text))
})

describe('locations', () => {
  const place: Place = {
    sheet: 'sheet-1',
    cell: '4:2',
    range: ['4:2', 'k3x9z1a0cd-0:3'],
    typing: '=SUM(',
  }

  it('[SH1] a place is sent as sheet, cell, range and typing', () => {
    expect(toLocation(place)).toEqual({
      sheet: 'sheet-1',
      cell: '4:2',
      range: '4:2..k3x9z1a0cd-0:3',
      typing: '=SUM(',
    })
    expect(toLocation({ sheet: 'sheet-1', cell: '4:2' })).toEqual({
      sheet: 'sheet-1',
      cell: '4:2',
    })
  })

  it('[SH1] a sent place is read as the same place', () => {
    expect(parsePlace(toLocation(place))).toEqual(place)
  })

  it('[SH1] an open editor without text is typing too', () => {
    expect(parsePlace(toLocation({ ...place, typing: '' }))).toEqual({ ...place, typing: '' })
  })

  it.each(['a', 'é', '漢', '😀', '"', '\\', '\n', '\u0001', '\ud800'])(
    '[SH90] text of %j that is too long is cut to 1,024 bytes',
    (character) => {
      const location = toLocation({ ...place, typing: character.repeat(5_000) })
      const sent = location as { typing: string }
      expect(bytes(location)).toBeLessThanOrEqual(1_024)
      expect(bytes(location)).toBeGreaterThan(1_024 - 12)
      expect(sent.typing.endsWith('…')).toBe(true)
      expect(sent.typing.slice(0, -1)).toBe(
        character.repeat((sent.typing.length - 1) / character.length),
      )
    },
  )

  it('[SH90] text that just fits is not cut', () => {
    const room = 1_024 - bytes(toLocation({ ...place, typing: '' }))
    const typing = 'x'.repeat(room)
    expect(toLocation({ ...place, typing })).toMatchObject({ typing })
    expect(bytes(toLocation({ ...place, typing }))).toBe(1_024)
  })

  it.each([
    null,
    undefined,
    true,
    7,
    '4:2',
    [],
    [{ sheet: 's', cell: '4:2' }],
    {},
    { x: 2, y: 2 },
    { sheet: 's' },
    { cell: '4:2' },
    { sheet: 1, cell: '4:2' },
    { sheet: '', cell: '4:2' },
    { sheet: 's'.repeat(65), cell: '4:2' },
    { sheet: 's', cell: 5 },
    ...[
      'nowhere',
      'C5',
      '4',
      '4:',
      ':2',
      '4:2:0',
      '4:2 ',
      '$4:2',
      '*:2',
      `${'4'.repeat(41)}:2`,
    ].map((cell) => ({ sheet: 's', cell })),
  ])('[SH10] %j is not a place', (location) => expect(parsePlace(location)).toBeUndefined())

  it.each(['all', '4:2', '4:2..', '..4:2', '4:2..8:3..9:9', 'C5..D9', { from: '4:2' }])(
    '[SH10] an invalid range or text is left out, and the cell kept: %j',
    (range) => {
      const location = { sheet: 's', cell: '4:2', range, typing: { html: '<b>' }, more: 1 }
      expect(parsePlace(location)).toEqual({ sheet: 's', cell: '4:2' })
    },
  )
})
