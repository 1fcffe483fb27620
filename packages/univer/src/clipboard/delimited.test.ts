import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readDelimited, writeDelimited } from './delimited.js'

describe('pasted text', () => {
  it.each([
    ['one cell', 'apple', [['apple']]],
    [
      'a blank first cell',
      '\tJan\nNorth\t1',
      [
        ['', 'Jan'],
        ['North', '1'],
      ],
    ],
    ['a blank first row', '\na\tb', [[''], ['a', 'b']]],
    ['blank rows within', 'a\n\nb', [['a'], [''], ['b']]],
    ['no row for the last line end', 'a\r\nb\r\n', [['a'], ['b']]],
    ['but one for each further', 'a\n\n\n', [['a'], [''], ['']]],
    [
      'carriage returns alone',
      'a\tb\rc\td',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['line ends of every kind', 'a\r\nb\nc\rd', [['a'], ['b'], ['c'], ['d']]],
    ['spaces around', ' a \t b', [[' a ', ' b']]],
    ['trailing blank cells', 'a\t\t', [['a', '', '']]],
  ])('[SH20 SH97] keeps %s', (_, text, rows) => {
    expect(readDelimited(text)).toEqual(rows)
  })

  it.each([
    ['a line break', 'a\t"1\n2"\tb', [['a', '1\n2', 'b']]],
    ['line breaks of Windows', '"1\r\n2"\tb', [['1\n2', 'b']]],
    ['doubled quotes', '"say ""hi"""\tx', [['say "hi"', 'x']]],
    ['a tab', '"a\tb"\tc', [['a\tb', 'c']]],
    ['nothing', '""\ta', [['', 'a']]],
    ['one cell over two lines', '"1\n2"', [['1\n2']]],
  ])('[SH97] reads %s in quotes', (_, text, rows) => {
    expect(readDelimited(text)).toEqual(rows)
  })

  it.each([
    ['inches', '5" pipe\t6"', [['5" pipe', '6"']]],
    ['a quotation', '"a" or "b"\tx', [['"a" or "b"', 'x']]],
    ['a quote that is never closed', '"a\tb\nc', [['"a', 'b'], ['c']]],
  ])('[SH97] takes quotes as text in %s', (_, text, rows) => {
    expect(readDelimited(text)).toEqual(rows)
  })

  it.each([
    [
      'under a header',
      'name,qty\npear,3',
      [
        ['name', 'qty'],
        ['pear', '3'],
      ],
    ],
    [
      'with a field in quotes',
      '1,"Smith, J"\n2,Doe',
      [
        ['1', 'Smith, J'],
        ['2', 'Doe'],
      ],
    ],
    [
      'in Chinese',
      '姓名,数量\n梨,3',
      [
        ['姓名', '数量'],
        ['梨', '3'],
      ],
    ],
  ])('[SH21] separates by commas %s', (_, text, rows) => {
    expect(readDelimited(text)).toEqual(rows)
  })

  it.each([
    ['one line', 'a,b'],
    ['prose', 'Hello, you\nGood bye, all'],
    ['thousands', '1,234\n5,678'],
    ['decimal commas', '1,5 kg\n2,5 kg'],
    ['lines with unlike commas', 'a,b\nc,d,e'],
    ['dates', '2026-11-28,5\n2026-11-29,6'],
  ])('[SH21] leaves %s as lines', (_, text) => {
    expect(readDelimited(text)).toEqual(text.split('\n').map((line) => [line]))
  })

  it('[SH21] separates by tabs if there is one', () => {
    expect(readDelimited('a,b\t1\nc,d\t2')).toEqual([
      ['a,b', '1'],
      ['c,d', '2'],
    ])
  })

  it('[SH97] reads megabytes of quotes in a moment', () => {
    expect(readDelimited('"a"b\t'.repeat(200_000))[0]).toHaveLength(200_001)
    expect(readDelimited('"'.repeat(1_000_001))).toEqual([['"'.repeat(1_000_001)]])
  })
})

describe('copied text', () => {
  it('[SH26] has quotes only where they are needed', () => {
    expect(
      writeDelimited([
        ['a', 'b\tc'],
        ['d\ne', '"f"'],
        ['5"', 'g, h'],
      ]),
    ).toBe('a\t"b\tc"\n"d\ne"\t"""f"""\n5"\tg, h')
  })

  it('[SH26] is unchanged when it is read back', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\t', '\n', ' ', '1') })
    const table = fc
      .integer({ min: 1, max: 4 })
      .chain((columns) =>
        fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: 1 }),
      )
    fc.assert(
      fc.property(table, (rows) => {
        expect(readDelimited(writeDelimited(rows))).toEqual(rows)
      }),
    )
  })
})
