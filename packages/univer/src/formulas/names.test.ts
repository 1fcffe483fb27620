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

it.each([
  ['=LET(net,2,net*3)+net', '=LET(net,2,net*3)+(A1+1)'],
  ['=LET( Net , net+1, NET*2)', '=LET( Net , (A1+1)+1, NET*2)'],
  ['=LET(a,net,net,a+1,net*net)', '=LET(a,(A1+1),net,a+1,net*net)'],
  ['=MAP(B1:B9,LAMBDA(net,other,net+other+rate))', '=MAP(B1:B9,LAMBDA(net,other,net+other+7))'],
  ['=LET(net,1,SUM(net,LET(rate,2,net+rate),rate))', '=LET(net,1,SUM(net,LET(rate,2,net+rate),7))'],
  ['=LET(a,"(",net)&LET(b,")",net)', '=LET(a,"(",(A1+1))&LET(b,")",(A1+1))'],
  ['=LET(net,1,Plan!net+net)', '=LET(net,1,(A1+1)+net)'],
  ['=SUM(net,net)', '=SUM((A1+1),(A1+1))'],
  ['=LET(a,1,net)', '=LET(a,1,(A1+1))'],
  ['=OUTLET(net,1)', '=OUTLET((A1+1),1)'],
])(
  '[SH222] a variable of LET and LAMBDA comes before a name that is called the same (%s)',
  (formula, right) => {
    expect(namesWith({ Net: '=A1+1', rate: '=7' }).expand(formula)).toBe(right)
  },
)

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
