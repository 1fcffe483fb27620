import { expect, it } from 'vitest'
import { readClasses, readDeclarations, unescapeCss } from './css.js'

it('[SH98] a style attribute is read with its program’s own properties', () => {
  const style = `font-weight:700; MSO-number-format:"\\#\\,\\#\\#0\\;\\(0\\)";color: red`
  expect([...readDeclarations(style)]).toEqual([
    ['font-weight', '700'],
    ['mso-number-format', '"\\#\\,\\#\\#0\\;\\(0\\)"'],
    ['color', 'red'],
  ])
})

it('[SH98] of a style sheet the classes are read, and not the styles of all cells', () => {
  const sheet = `<!--table {color:red} td {color:black;}
    .xl65 {mso-number-format:"\\@"; text-align:left;} /* .xl66 {color:blue} */
    td.xl67, .xl65 {color:green;}-->`
  const classes = readClasses(sheet)
  expect([...classes.keys()]).toEqual(['xl65', 'xl67'])
  expect([...classes.get('xl65')!.keys()]).toEqual(['mso-number-format', 'text-align', 'color'])
})

it.each([
  ['"\\@"', '@'],
  ['"yyyy\\0022年\\0022m\\0022月\\0022d\\0022日\\0022"', 'yyyy"年"m"月"d"日"'],
  ['"d\\-mmm\\-yy"', 'd-mmm-yy'],
  ['General', 'General'],
  ['"\\#\\,\\#\\#0\\.00"', '#,##0.00'],
])('[SH98] the format %s is read', (css, text) => {
  expect(unescapeCss(css)).toBe(text)
})
