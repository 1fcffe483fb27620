import type { Style, StyleValue } from '../document/index.js'
import { unescapeCss, type Declarations } from './css.js'

type Part = Readonly<Record<string, StyleValue>>

const ON = { s: 1 }
const ALIGN = new Map([
  ['left', 1],
  ['center', 2],
  ['right', 3],
])
const VERTICAL_ALIGN = new Map([
  ['top', 1],
  ['middle', 2],
])
const WRAP = 3
const POINTS: { readonly [unit: string]: number } = { pt: 1, px: 0.75 }
const SIDES = { t: 'top', r: 'right', b: 'bottom', l: 'left' } as const
const COLOR = /^(?:#(?:[0-9a-f]{3}|[0-9a-f]{6})|rgba?\([\d.,%/ ]{5,40}\)|[a-z]{3,20})$/i
// Colors that cells have by default.
const NO_INK = new Set([
  'black',
  'windowtext',
  '#000',
  '#000000',
  'rgb(0, 0, 0)',
  'initial',
  'inherit',
  'auto',
])
const NO_PAPER = new Set([
  'white',
  '#fff',
  '#ffffff',
  'transparent',
  'none',
  'initial',
  'inherit',
  'auto',
])

/** Returns the document's style for a cell's CSS. @see SHEET.md SD7 */
export function toStyle(css: Declarations): Style {
  const read = (property: string): string => (css.get(property) ?? '').toLowerCase()
  const decoration = read('text-decoration') + read('text-decoration-line')
  return {
    ...only(/^(?:bold|bolder|[6-9]\d\d)$/.test(read('font-weight')), { bl: 1 }),
    ...only(/^(?:italic|oblique)/.test(read('font-style')), { it: 1 }),
    ...only(decoration.includes('underline'), { ul: ON }),
    ...only(decoration.includes('line-through'), { st: ON }),
    ...color('cl', read('color'), NO_INK),
    ...color('bg', read('background-color') || read('background'), NO_PAPER),
    ...fontSize(read('font-size')),
    ...fontFamily(css.get('font-family') ?? ''),
    ...lookUp('ht', ALIGN, read('text-align')),
    ...lookUp('vt', VERTICAL_ALIGN, read('vertical-align')),
    ...only(/^(?:normal|pre-wrap|pre-line|break-spaces)$/.test(read('white-space')), { tb: WRAP }),
    ...borders(css),
  }
}

const only = (holds: boolean, part: Part): Part => (holds ? part : {})

function lookUp(field: string, values: ReadonlyMap<string, number>, value: string): Part {
  const found = values.get(value)
  return found === undefined ? {} : { [field]: found }
}

function color(field: string, value: string, none: ReadonlySet<string>): Part {
  return COLOR.test(value) && !none.has(value) ? { [field]: { rgb: value } } : {}
}

function fontSize(value: string): Part {
  const [, number, unit] = /^([\d.]+)(pt|px)$/.exec(value) ?? []
  const points = Number(number) * (POINTS[unit ?? ''] ?? Number.NaN)
  return points >= 1 && points <= 400 ? { fs: Math.round(points * 10) / 10 } : {}
}

function fontFamily(value: string): Part {
  const name = unescapeCss(value.split(',')[0]!.trim())
  return name === '' || name.length > 100 || /^(?:inherit|initial)$/i.test(name) ? {} : { ff: name }
}

function borders(css: Declarations): Part {
  const sides = Object.entries(SIDES).flatMap(([side, name]) => {
    const border = readBorder(css.get(`border-${name}`) ?? css.get('border') ?? '')
    return border === undefined ? [] : [[side, border]]
  })
  return sides.length === 0 ? {} : { bd: Object.fromEntries(sides) as Style }
}

// Univer's numbers for line types.
const LINES: { readonly [style: string]: number } = { dotted: 3, dashed: 4, double: 7 }
const THIN = 1
const MEDIUM = 8
const THICK = 13

/** @example readBorder('.5pt solid windowtext') // { s: 1, cl: { rgb: '#000000' } } */
function readBorder(value: string): Style | undefined {
  const words = value.toLowerCase().match(/rgba?\([^)]*\)|[^\s]+/g) ?? []
  const style = words.find((word) =>
    /^(?:solid|dotted|dashed|double|groove|ridge|inset|outset)$/.test(word),
  )
  if (style === undefined || words.some((word) => /^0(?:pt|px)?$/.test(word))) return undefined
  const ink = words.find((word) => word !== style && !/^[\d.]/.test(word) && COLOR.test(word))
  const isNamed = ink !== undefined && !NO_INK.has(ink) && !/^(?:thin|medium|thick)$/.test(ink)
  return { s: LINES[style] ?? weight(words), cl: { rgb: isNamed ? ink : '#000000' } }
}

function weight(words: readonly string[]): number {
  const [, number, unit] = words.map((word) => /^([\d.]+)(pt|px)$/.exec(word)).find(Boolean) ?? []
  const points = Number(number ?? 0) * (POINTS[unit ?? ''] ?? 0)
  if (points > 2) return THICK
  return points > 1 ? MEDIUM : THIN
}
