import { resolveThemeColor } from 'hucre/xlsx'

/** A color as a file has it. */
export interface FileColor {
  readonly rgb?: string
  readonly theme?: number
  readonly tint?: number
  readonly indexed?: number
}

const EIGHT = ['000000', 'FFFFFF', 'FF0000', '00FF00', '0000FF', 'FFFF00', 'FF00FF', '00FFFF']
/** The colors that old files name by number. */
const INDEXED: readonly string[] = [
  ...EIGHT,
  ...EIGHT,
  ...'800000 008000 000080 808000 800080 008080 C0C0C0 808080 9999FF 993366 FFFFCC CCFFFF'.split(
    ' ',
  ),
  ...'660066 FF8080 0066CC CCCCFF 000080 FF00FF FFFF00 00FFFF 800080 800000 008080 0000FF'.split(
    ' ',
  ),
  ...'00CCFF CCFFFF CCFFCC FFFF99 99CCFF FF99CC CC99FF FFCC99 3366FF 33CCCC 99CC00 FFCC00'.split(
    ' ',
  ),
  ...'FF9900 FF6600 666699 969696 003366 339966 003300 333300 993300 993366 333399 333333'.split(
    ' ',
  ),
]
const RGB = /^(?:[0-9a-f]{2})?([0-9a-f]{6})$/i
const CSS = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i
const FUNCTION = /^rgba?\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\b/i

/** Returns a file's color for a style. @example '#FF0000' */
export function readColor(
  { rgb, theme, tint, indexed }: FileColor,
  themeColors: readonly string[],
): string | undefined {
  const own = RGB.exec(rgb ?? '')?.[1]
  if (own !== undefined) return `#${own.toUpperCase()}`
  if (theme !== undefined && themeColors[theme] !== undefined) {
    return `#${resolveThemeColor([...themeColors], theme, tint)}`
  }
  const old = indexed === undefined ? undefined : INDEXED[indexed]
  return old === undefined ? undefined : `#${old}`
}

/** Returns a style's color for a file; `undefined` if it has a form that only browsers know. */
export function writeColor(color: unknown): { readonly rgb: string } | undefined {
  if (typeof color !== 'string') return undefined
  const hex = CSS.exec(color)?.[1]
  if (hex?.length === 6) return { rgb: hex.toUpperCase() }
  if (hex !== undefined) return { rgb: hex.replaceAll(/./g, '$&$&').toUpperCase() }
  const parts = FUNCTION.exec(color)?.slice(1)
  return parts && { rgb: parts.map((part) => toHex(Number(part))).join('') }
}

const toHex = (part: number): string =>
  Math.min(part, 255).toString(16).padStart(2, '0').toUpperCase()
