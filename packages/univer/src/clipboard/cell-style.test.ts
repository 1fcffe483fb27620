import { expect, it } from 'vitest'
import { readStyle } from '../document/index.js'
import { toStyle } from './cell-style.js'
import { readDeclarations } from './css.js'

const styleOf = (css: string) => readStyle(toStyle(readDeclarations(css)))

it.each([
  ['font-weight:700;font-style:italic', { bl: 1, it: 1 }],
  ['text-decoration:underline line-through', { ul: { s: 1 }, st: { s: 1 } }],
  ['color:#C00000;background:#FFFF00', { cl: { rgb: '#c00000' }, bg: { rgb: '#ffff00' } }],
  ['font-size:14.0pt;font-family:"Noto Serif", serif', { fs: 14, ff: 'Noto Serif' }],
  ['font-size:16px', { fs: 12 }],
  ['text-align:center;vertical-align:middle;white-space:normal', { ht: 2, vt: 2, tb: 3 }],
  ['border-top:.5pt solid windowtext', { bd: { t: { s: 1, cl: { rgb: '#000000' } } } }],
  ['border-left:2px dashed rgb(1, 2, 3)', { bd: { l: { s: 4, cl: { rgb: 'rgb(1, 2, 3)' } } } }],
  ['border-bottom:solid #ff0000 2.25pt', { bd: { b: { s: 13, cl: { rgb: '#ff0000' } } } }],
])('[SH98] %s is kept', (css, style) => {
  expect(styleOf(css)).toEqual(style)
})

it.each([
  'color:black;background:white;font-family:Arial;font-size:11pt',
  'vertical-align:bottom;white-space:nowrap;text-align:general;font-weight:400',
  'border:none;border-top:0 solid red;background:transparent',
  'color:url(https://example.org/);background:url(x)',
  'font-size:1e9pt',
])('[SH98] %s changes nothing', (css) => {
  expect(styleOf(css)).toBeUndefined()
})
