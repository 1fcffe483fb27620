import { expect, it } from 'vitest'
import { readR1C1 } from './r1c1.js'

const home = { row: 1, column: 1 }
const last = { row: 2, column: 2 }

it.each([
  ['=R[0]C[-1]*2', '=A2*2'],
  ['=SUM(R[-1]C[-1]:R[1]C[1])', '=SUM(A1:C3)'],
  ['=IF(R[0]C[1]="R[9]C[9] ""x""","RC!",1)', '=IF(C2="R[9]C[9] ""x""","RC!",1)'],
  ['=ROUND(PI(),2)', '=ROUND(PI(),2)'],
])('[SH24] %s is kept, since all its references are copied', (formula, a1) => {
  expect(readR1C1(formula, home, last)).toBe(a1)
})

it.each([
  '=R[2]C[0]',
  '=R[0]C[-2]',
  '=R1C1',
  '=R[0]C1',
  '=Sheet2!R[0]C[0]',
  "='My sheet'!R[0]C[0]",
  '=SUM(C[-1]:C[-1])',
  '=SUM(R2)',
  'R[0]C[0]',
])('[SH24] %s is dropped', (formula) => {
  expect(readR1C1(formula, home, last)).toBeUndefined()
})
