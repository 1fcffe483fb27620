import { COLORS } from '../../page-document/attributes.js'
import type { Color } from '../../page-document/block.js'

/** What has a color: text, or the mark behind it. */
type Kind = 'text' | 'highlight'

const PROPERTIES = [
  ['text', '--shade'],
  ['highlight', '--highlight'],
] as const

let known: ReadonlyMap<string, string> | undefined

/**
 * Returns a color of the page's style sheet as it is on white paper, as other programs read it.
 *
 * @example shadeOf('red', 'text') // 'rgb(180, 35, 24)'
 */
export function shadeOf(color: Color, kind: Kind): string {
  known ??= inLight(readShades)
  return known.get(`${kind} ${color}`)!
}

/** Reads something as it is where the application looks light. Nothing is painted meanwhile. */
function inLight<T>(read: () => T): T {
  const { dataset } = document.documentElement
  const { theme } = dataset
  dataset['theme'] = 'light'
  try {
    return read()
  } finally {
    if (theme === undefined) delete dataset['theme']
    else dataset['theme'] = theme
  }
}

function readShades(): ReadonlyMap<string, string> {
  const probe = document.createElement('span')
  document.body.append(probe)
  const shades = COLORS.flatMap((color) =>
    PROPERTIES.map(([kind, property]) => {
      probe.dataset['color'] = color
      probe.style.color = `var(${property})`
      return [`${kind} ${color}`, asRgb(getComputedStyle(probe).color)] as const
    }),
  )
  probe.remove()
  return new Map(shades)
}

/** A mixed color is `color(srgb 0.9 0.8 0.8)`, which office programs don't read. */
function asRgb(color: string): string {
  if (!color.startsWith('color(')) return color
  const [red, green, blue] = color.match(/[\d.]+/g)!.map((part) => Math.round(Number(part) * 255))
  return `rgb(${red}, ${green}, ${blue})`
}
