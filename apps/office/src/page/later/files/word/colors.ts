import { COLORS } from '../../../../page-document/attributes.js'
import type { Color } from '../../../../page-document/block.js'
import { shadeOf } from '../../../clipboard/shades.js'

type Kind = 'text' | 'highlight'

/** The colors of Word's highlighter. */
const NAMED: ReadonlyMap<string, Color> = new Map(
  Object.entries<Color>({
    yellow: 'yellow',
    darkYellow: 'yellow',
    green: 'green',
    darkGreen: 'green',
    darkCyan: 'green',
    cyan: 'blue',
    blue: 'blue',
    darkBlue: 'blue',
    magenta: 'pink',
    darkMagenta: 'purple',
    red: 'red',
    darkRed: 'red',
    darkGray: 'gray',
    lightGray: 'gray',
  }),
)
/** Up to which hue each color is, in degrees. */
const HUES: readonly (readonly [until: number, color: Color])[] = [
  [15, 'red'],
  [42, 'orange'],
  [70, 'yellow'],
  [165, 'green'],
  [255, 'blue'],
  [290, 'purple'],
  [345, 'pink'],
  [360, 'red'],
]
/** Below this difference of its parts, a color is gray. */
const LEAST_CHROMA = 0.1
/** How light gray text and a gray ground are; others are black or white. */
const GRAYS = { text: [0.2, 0.9], highlight: [0.25, 0.97] } as const

/** @example hexOf('rgb(180, 35, 24)') // 'B42318' */
export const hexOf = (rgb: string): string =>
  (rgb.match(/\d+/g) ?? [])
    .slice(0, 3)
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase()

/** Returns the color of Word's highlighter; `undefined` for black, white and none. */
export const namedColor = (name: string): Color | undefined => NAMED.get(name)

/** Returns the page's color that is like a shade; `undefined` for what is black or white. */
export function colorLike(hex: string | undefined, kind: Kind): Color | undefined {
  if (hex === undefined || !/^[0-9A-Fa-f]{6}$/.test(hex)) return undefined
  const own = COLORS.find((color) => hexOf(shadeOf(color, kind)) === hex.toUpperCase())
  return own ?? colorByHue(hex, kind)
}

function colorByHue(hex: string, kind: Kind): Color | undefined {
  const [red, green, blue] = [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
  const [most, least] = [Math.max(red!, green!, blue!), Math.min(red!, green!, blue!)]
  const chroma = most - least
  const [dark, light] = GRAYS[kind]
  if (chroma < LEAST_CHROMA) {
    const lightness = (most + least) / 2
    return lightness > dark && lightness < light ? 'gray' : undefined
  }
  const hue = hueOf(red!, green!, blue!)
  return HUES.find(([until]) => hue <= until)![1]
}

/** Returns the hue of a color that isn't gray, in degrees. */
function hueOf(red: number, green: number, blue: number): number {
  const most = Math.max(red, green, blue)
  const chroma = most - Math.min(red, green, blue)
  if (most === red) return (((green - blue) / chroma) * 60 + 360) % 360
  if (most === green) return ((blue - red) / chroma) * 60 + 120
  return ((red - green) / chroma) * 60 + 240
}
