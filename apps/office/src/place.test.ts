import { describe, expect, it } from 'vitest'
import { formatCell, parseCell, parsePlace, parseRange, toLocation, type Place } from './place.js'

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
  ])('[SH1] %s is written and read', (text, cell) => {
    expect(formatCell(cell)).toBe(text)
    expect(parseCell(text)).toEqual(cell)
  })

  it.each(['', 'A', '1', 'A0', 'a1', 'A01', 'XFE1', 'A1048577', 'A1 ', '$A$1', 'AAAA1', 'A1:B2'])(
    '[SH10] %j is no cell',
    (text) => expect(parseCell(text)).toBeUndefined(),
  )

  it.each(['C5', 'C5:', ':D9', 'C5:D9:E10', 'D9:C5', 'C9:D5', '1:2', 'A:B'])(
    '[SH10] %j is no range',
    (text) => expect(parseRange(text)).toBeUndefined(),
  )
})

describe('locations', () => {
  const place: Place = {
    sheet: 'sheet-1',
    cell: at(4, 2),
    range: { from: at(4, 2), to: at(8, 3) },
    typing: '=SUM(',
  }

  it('[SH1] a place is sent as sheet, cell, range and typing', () => {
    expect(toLocation(place)).toEqual({
      sheet: 'sheet-1',
      cell: 'C5',
      range: 'C5:D9',
      typing: '=SUM(',
    })
    expect(toLocation({ sheet: 'sheet-1', cell: at(4, 2) })).toEqual({
      sheet: 'sheet-1',
      cell: 'C5',
    })
  })

  it('[SH1] what is sent is read as the same place', () => {
    expect(parsePlace(toLocation(place))).toEqual(place)
  })

  it('[SH1] an open editor without text is typing too', () => {
    expect(parsePlace(toLocation({ ...place, typing: '' }))).toEqual({ ...place, typing: '' })
  })

  it.each(['a', 'é', '漢', '😀', '"', '\\', '\n', '\u0001', '\ud800'])(
    '[SH1] text of %j that is too long is cut to 1,024 bytes',
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

  it('[SH1] text that just fits is not cut', () => {
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
    'C5',
    [],
    [{ sheet: 's', cell: 'C5' }],
    {},
    { x: 2, y: 2 },
    { sheet: 's' },
    { cell: 'C5' },
    { sheet: 1, cell: 'C5' },
    { sheet: '', cell: 'C5' },
    { sheet: 's'.repeat(65), cell: 'C5' },
    { sheet: 's', cell: 5 },
    { sheet: 's', cell: 'nowhere' },
  ])('[SH10] %j is nowhere', (location) => expect(parsePlace(location)).toBeUndefined())

  it('[SH10] a strange range or text is left out, and the cell kept', () => {
    const location = { sheet: 's', cell: 'C5', range: 'all', typing: { html: '<b>' }, more: 1 }
    expect(parsePlace(location)).toEqual({ sheet: 's', cell: at(4, 2) })
  })
})
