import { describe, expect, it } from 'vitest'
import { scanFormula } from './a1.js'

const references = (formula: string) =>
  scanFormula(formula).flatMap((part) => (typeof part === 'string' ? [] : [part.text]))

describe('references in formulas', () => {
  it.each([
    ['=A1+$B$2*c3', ['A1', '$B$2', 'c3']],
    ['=SUM(A1:B2,$C:$D,3:$4)', ['A1:B2', '$C:$D', '3:$4']],
    [`='My Sheet'!B2+Sheet2!A1:A3+'it''s'!C4`, [`'My Sheet'!B2`, 'Sheet2!A1:A3', `'it''s'!C4`]],
    ['="A1 ""B2"" C3"&D4', ['D4']],
    ['="unclosed A1', []],
    ['=LOG10(A1)+A1B+A_1+_A1+A1.x+ÄA1', ['A1']],
    ['=#REF!+#REF!A1+#N/A+#NAME?', []],
    ['=1E5+2.5+TRUE', []],
    ['=A0+ABCD1+ZZZ1+A1048577', []],
    ['=Table1[A1]+[Book1]Sheet1!A1', []],
    [`='[Book 1]Sheet'!foo+B2`, ['B2']],
    ['=A1:INDEX(B:B,3)', ['A1', 'B:B']],
    ['=A1 : B2', ['A1', 'B2']],
    ['=Übersicht!A1+数据!B2', ['Übersicht!A1', '数据!B2']],
    ['={1,2;A1,4}', ['A1']],
    ['={"A1";A2#}', ['A2']],
  ])('[SD8] %s', (formula, expected) => {
    expect(references(formula)).toEqual(expected)
  })

  it('[SD8] no part of a formula is lost when it is split', () => {
    for (const formula of [`='a'!B2&"x""y"+A1`, `=''!A1'`, '=[[#All],[A1]]', '=😀A1+\u0000$$$B1']) {
      const parts = scanFormula(formula)
      expect(parts.map((part) => (typeof part === 'string' ? part : part.text)).join('')).toBe(
        formula,
      )
    }
  })
})
