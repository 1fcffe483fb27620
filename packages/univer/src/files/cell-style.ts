import type { CellStyle } from 'hucre/xlsx'
import { isFields, readStyle, type Style, type StyleValue } from '../document/cells.js'
import { readColor, writeColor } from './colors.js'

type Font = NonNullable<CellStyle['font']>
type Fill = NonNullable<CellStyle['fill']>
type Border = NonNullable<CellStyle['border']>
type Side = NonNullable<Border['top']>
type Line = Side['style']
type Alignment = NonNullable<CellStyle['alignment']>
type Part = Readonly<Record<string, StyleValue>>

/** What a file says once for all of its styles. */
export interface StyleContext {
  readonly themeColors: readonly string[]
  /** The font of cells without one of their own, which is the default here, too. */
  readonly defaultFont: Font
}

/** The font that cells have here unless they say otherwise. */
export const DEFAULT_FONT: Font = { name: 'Arial', size: 11 }

const ON = { s: 1 }
const GENERAL = 'General'
// Univer's numbers.
const LINES: readonly (Line | undefined)[] = [
  undefined,
  'thin',
  'hair',
  'dotted',
  'dashed',
  'dashDot',
  'dashDotDot',
  'double',
  'medium',
  'mediumDashed',
  'mediumDashDot',
  'mediumDashDotDot',
  'slantDashDot',
  'thick',
]
const SIDES = { t: 'top', r: 'right', b: 'bottom', l: 'left' } as const
const ALIGN: readonly (Alignment['horizontal'] | undefined)[] = [
  undefined,
  'left',
  'center',
  'right',
  'justify',
]
const VERTICAL_ALIGN: readonly (Alignment['vertical'] | undefined)[] = [
  undefined,
  'top',
  'center',
  'bottom',
]
const WRAP = 3
const SUBSCRIPT = 2
const SUPERSCRIPT = 3
const DOUBLE_LINE = 10
const VERTICAL_TEXT = 255
const RIGHT_ANGLE = 90
/** How many pixels one step of indenting is wide, and what every cell has on its left. */
const INDENT = 9
const PADDING = 2
const BLACK = '#000000'

/** Returns the document's style for a style of a file; `undefined` if it is the default. */
export function readCellStyle(style: CellStyle, context: StyleContext): Style | undefined {
  const { font, fill, border, alignment, numFmt } = style
  return readStyle({
    ...(font && readFont(font, context)),
    ...(fill && readFill(fill, context)),
    ...(border && readBorder(border, context)),
    ...(alignment && readAlignment(alignment)),
    ...(numFmt === undefined || numFmt === GENERAL ? {} : { n: { pattern: numFmt } }),
  })
}

/** Returns the style for a file. */
export function writeCellStyle(style: Style): CellStyle {
  const { n } = style
  const pattern = isFields(n) && typeof n['pattern'] === 'string' ? n['pattern'] : undefined
  return {
    ...only('font', writeFont(style)),
    ...only('fill', writeFill(style)),
    ...only('border', writeBorder(style)),
    ...only('alignment', writeAlignment(style)),
    ...(pattern === undefined ? {} : { numFmt: pattern }),
  }
}

/** Returns whether a fill has more than its one color. */
export const isPatterned = (fill: CellStyle['fill']): boolean =>
  fill !== undefined &&
  (fill.type === 'gradient' || (fill.pattern !== 'solid' && fill.pattern !== 'none'))

function only<K extends keyof CellStyle>(key: K, part: CellStyle[K]): CellStyle {
  return part === undefined || Object.keys(part).length === 0 ? {} : { [key]: part }
}

function readFont(font: Font, { themeColors, defaultFont }: StyleContext): Part {
  const { name, size, color } = font
  const ink = color && readColor(color, themeColors)
  const usual = defaultFont.color && readColor(defaultFont.color, themeColors)
  return {
    ...(name === undefined || name === defaultFont.name ? {} : { ff: name }),
    ...(size === undefined || size === defaultFont.size ? {} : { fs: size }),
    ...(ink === undefined || ink === BLACK || ink === usual ? {} : { cl: { rgb: ink } }),
    ...readWeight(font),
  }
}

function readWeight({ bold, italic, underline, strikethrough, vertAlign }: Font): Part {
  return {
    ...(bold ? { bl: 1 } : {}),
    ...(italic ? { it: 1 } : {}),
    ...(underline ? { ul: isDouble(underline) ? { s: 1, t: DOUBLE_LINE } : ON } : {}),
    ...(strikethrough ? { st: ON } : {}),
    ...(vertAlign === 'subscript' ? { va: SUBSCRIPT } : {}),
    ...(vertAlign === 'superscript' ? { va: SUPERSCRIPT } : {}),
  }
}

const isDouble = (underline: Font['underline']): boolean =>
  underline === 'double' || underline === 'doubleAccounting'

function writeFont({ ff, fs, bl, it, ul, st, cl, va }: Style): Font {
  const color = isFields(cl) ? writeColor(cl['rgb']) : undefined
  const font: Font = {
    ...(bl === 1 ? { bold: true } : {}),
    ...(it === 1 ? { italic: true } : {}),
    ...(isShown(ul) ? { underline: ul['t'] === DOUBLE_LINE ? 'double' : true } : {}),
    ...(isShown(st) ? { strikethrough: true } : {}),
    ...(color === undefined ? {} : { color }),
    ...(va === SUBSCRIPT ? { vertAlign: 'subscript' } : {}),
    ...(va === SUPERSCRIPT ? { vertAlign: 'superscript' } : {}),
    ...(typeof ff === 'string' ? { name: ff } : {}),
    ...(typeof fs === 'number' ? { size: fs } : {}),
  }
  // A font in a file says all that it is.
  return Object.keys(font).length === 0 ? font : { ...DEFAULT_FONT, ...font }
}

const isShown = (line: StyleValue | undefined): line is Style => isFields(line) && line['s'] === 1

function readFill(fill: Fill, { themeColors }: StyleContext): Part {
  const color = fill.type === 'gradient' ? fill.stops[0]?.color : solidColor(fill)
  const rgb = color && readColor(color, themeColors)
  return rgb === undefined ? {} : { bg: { rgb } }
}

function solidColor({ pattern, fgColor, bgColor }: Extract<Fill, { type: 'pattern' }>) {
  return pattern === 'none' ? undefined : (fgColor ?? bgColor)
}

function writeFill({ bg }: Style): Fill | undefined {
  const fgColor = isFields(bg) ? writeColor(bg['rgb']) : undefined
  return fgColor && { type: 'pattern', pattern: 'solid', fgColor }
}

function readBorder(border: Border, { themeColors }: StyleContext): Part {
  const lineOf = ({ style, color }: Side): Part => ({
    s: LINES.indexOf(style),
    cl: { rgb: (color && readColor(color, themeColors)) ?? BLACK },
  })
  const { diagonal, diagonalUp, diagonalDown } = border
  const sides = Object.entries(SIDES).flatMap(([key, side]): [string, Style][] => {
    const line = border[side]
    return line === undefined ? [] : [[key, lineOf(line)]]
  })
  if (diagonal !== undefined && diagonalDown) sides.push(['tl_br', lineOf(diagonal)])
  if (diagonal !== undefined && diagonalUp) sides.push(['bl_tr', lineOf(diagonal)])
  return sides.length === 0 ? {} : { bd: Object.fromEntries(sides) }
}

function writeBorder({ bd }: Style): Border | undefined {
  if (!isFields(bd)) return undefined
  const sides = Object.entries(SIDES).flatMap(([key, side]) => {
    const line = sideOf(bd[key])
    return line === undefined ? [] : [[side, line] as const]
  })
  const [down, up] = [sideOf(bd['tl_br']), sideOf(bd['bl_tr'])]
  const diagonal = down ?? up
  return {
    ...Object.fromEntries(sides),
    ...(diagonal === undefined ? {} : { diagonal }),
    ...(down === undefined ? {} : { diagonalDown: true }),
    ...(up === undefined ? {} : { diagonalUp: true }),
  }
}

function sideOf(line: StyleValue | undefined): Side | undefined {
  const style = isFields(line) ? LINES[Number(line['s'])] : undefined
  if (style === undefined || !isFields(line)) return undefined
  const { cl } = line
  const color = isFields(cl) ? writeColor(cl['rgb']) : undefined
  return { style, ...(color === undefined ? {} : { color }) }
}

function readAlignment({ horizontal, vertical, wrapText, textRotation, indent }: Alignment): Part {
  const [ht, vt] = [ALIGN.indexOf(horizontal), VERTICAL_ALIGN.indexOf(vertical)]
  return {
    ...(ht > 0 ? { ht } : {}),
    ...(vt > 0 ? { vt } : {}),
    ...(wrapText ? { tb: WRAP } : {}),
    ...(textRotation ? { tr: readRotation(textRotation) } : {}),
    ...(indent ? { pd: { t: 0, r: PADDING, b: PADDING, l: PADDING + INDENT * indent } } : {}),
  }
}

/** A file counts up from the horizontal, and from 90 on down; Univer down only. */
function readRotation(degrees: number): Part {
  if (degrees === VERTICAL_TEXT) return { a: 0, v: 1 }
  return { a: degrees <= RIGHT_ANGLE ? -degrees : degrees - RIGHT_ANGLE }
}

function writeAlignment({ ht, vt, tb, tr, pd }: Style): Alignment {
  const [horizontal, vertical] = [ALIGN[Number(ht ?? 0)], VERTICAL_ALIGN[Number(vt ?? 0)]]
  const indent = isFields(pd) ? Math.round((Number(pd['l']) - PADDING) / INDENT) : 0
  return {
    ...(horizontal === undefined ? {} : { horizontal }),
    ...(vertical === undefined ? {} : { vertical }),
    ...(tb === WRAP ? { wrapText: true } : {}),
    ...(isFields(tr) ? { textRotation: writeRotation(tr) } : {}),
    ...(indent > 0 ? { indent } : {}),
  }
}

function writeRotation({ a, v }: Style): number {
  if (v === 1) return VERTICAL_TEXT
  const degrees = Number(a ?? 0)
  return degrees <= 0 ? -degrees : degrees + RIGHT_ANGLE
}
