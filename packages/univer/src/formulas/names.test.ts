import { expect, it } from 'vitest'
import { Names } from './names.js'

const namesWith = (formulas: { readonly [name: string]: string }): Names => {
  const names = new Names()
  names.set(Object.entries(formulas).map(([name, formula]) => ({ name, formula })))
  return names
}

it('[SH158] what a name stands for is written out, with or without its sheet before it', () => {
  const names = namesWith({ Net: '=Plan!$A$1+1', Twice: '=Net*2', Self: '=Self+1' })
  expect(names.expand('=net*2')).toBe('=(Plan!$A$1+1)*2')
  expect(names.expand("=Plan!Net+'My plan'!Net+Twice")).toBe(
    '=(Plan!$A$1+1)+(Plan!$A$1+1)+((Plan!$A$1+1)*2)',
  )
  expect(names.expand("='it''s'!Net&'x'&Net")).toBe("=(Plan!$A$1+1)&'x'&(Plan!$A$1+1)")
  expect(names.expand('=Self')).toBeNull()
})

it('[SH158] as long a formula as there can be is read at once, whatever is in it', () => {
  const many = 'aa_+'.repeat(1_000)
  const all = Array.from({ length: 999 }, (_, n) => [`b${n}_`, `=${'aa_+'.repeat(2_000)}1`])
  const before = performance.now()
  const names = namesWith({ aa_: '=A1', ...Object.fromEntries(all) })
  names.expand(`='${"''".repeat(2_000)}${many}1`)
  names.expand(`=${'x'.repeat(4_000)}${many}1`)
  // It took minutes, and the worker is ended after 30 s.
  expect(performance.now() - before).toBeLessThan(15_000)
})
