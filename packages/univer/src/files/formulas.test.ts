import { expect, it } from 'vitest'
import { foreignIn, readFormula, writeFormula } from './formulas.js'

it('[FL4] a formula of megabytes is text, and one of long words is read at once', () => {
  const before = performance.now()
  expect(readFormula(`"${'a'.repeat(30_000_000)}"`)).toHaveLength(30_000_003)
  expect(foreignIn(`=${'a'.repeat(5_000_000)}`)).toBe('unknown')
  for (let n = 0; n < 200; n++) {
    expect(foreignIn(`=${'a'.repeat(8_000)}`)).toBeUndefined()
    writeFormula(`=${'a'.repeat(8_000)}`)
  }
  expect(performance.now() - before).toBeLessThan(5_000)
  expect(readFormula(`"_xlfn.""_xlfn."&'it''s _xlfn.'!A1&_xlfn.SUM(1)`)).toBe(
    `="_xlfn.""_xlfn."&'it''s _xlfn.'!A1&SUM(1)`,
  )
  expect(foreignIn('=SUM(A1)+NONE(2)')).toBe('unknown')
  expect(foreignIn('=A1:INDEX(B1:B9,2)+-SUM(1)')).toBeUndefined()
  expect(writeFormula('=-XLOOKUP(A1,B:B,C:C)&"XLOOKUP("')).toBe(
    '-_xlfn.XLOOKUP(A1,B:B,C:C)&"XLOOKUP("',
  )
})
