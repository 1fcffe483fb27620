import type { Alignment, BlockAttributes, BlockType, Color, Marks, Tone } from './block.js'
import { isShownImage } from './image-source.js'
import { isSafeLink } from './links.js'

type Fields = { readonly [name: string]: unknown }
/** Reads a value; returns `undefined` for the default and for anything invalid. */
type Read = (value: unknown) => unknown

const MAX_TEXT_CHARACTERS = 1_000
const MAX_LIST_START = 1_000_000_000
/** The deepest indent of a block. */
export const MAX_INDENT = 8
/** The levels of headings. */
export const LEVELS = [1, 2, 3, 4, 5, 6] as const

/** The colors of text and of its background. @see PAGE.md PE1 */
export const COLORS: readonly Color[] = [
  'gray',
  'red',
  'orange',
  'yellow',
  'green',
  'blue',
  'purple',
  'pink',
]
const ALIGNMENTS: readonly Alignment[] = ['center', 'end', 'justify']

/** The tones of callouts beside the default one. */
export const TONES: readonly Tone[] = ['tip', 'warning', 'danger']
/** In percent of the text's width. */
export const MIN_IMAGE_WIDTH = 5

const oneOf =
  (values: readonly string[]): Read =>
  (value) =>
    typeof value === 'string' && values.includes(value) ? value : undefined
const whole =
  (min: number, max: number): Read =>
  (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
      ? value
      : undefined
const text: Read = (value) =>
  typeof value === 'string' && value !== '' && value.length <= MAX_TEXT_CHARACTERS
    ? value
    : undefined
const flag: Read = (value) => (value === true ? true : undefined)

const flow = { indent: whole(1, MAX_INDENT), align: oneOf(ALIGNMENTS) }
const level: Read = (value) => whole(1, LEVELS.length)(value) ?? 3

const KNOWN: { readonly [Type in BlockType]: { readonly [attribute: string]: Read } } = {
  paragraph: flow,
  heading: { level, ...flow },
  bullet: flow,
  number: { ...flow, start: whole(0, MAX_LIST_START) },
  task: { ...flow, checked: flag },
  toggle: flow,
  quote: flow,
  callout: { ...flow, tone: oneOf(TONES) },
  code: { language: text },
  image: {
    src: (value) => (isShownImage(value) ? value : undefined),
    alt: text,
    title: text,
    width: whole(MIN_IMAGE_WIDTH, 99),
  },
  rule: {},
  table: { header: flag },
  unknown: {},
}

/** All attributes that a block may have. */
export const ATTRIBUTES: ReadonlySet<string> = new Set(
  Object.values(KNOWN).flatMap((known) => Object.keys(known)),
)

/** Returns whether a value is the type of a block that can be written. */
export const isBlockType = (value: unknown): value is BlockType =>
  typeof value === 'string' && Object.hasOwn(KNOWN, value) && value !== 'unknown'

/**
 * Reads the attributes of a block; a stranger may have written the fields.
 *
 * @example readAttributes('heading', { level: 9, onclick: 'x' }) // { level: 3 }
 * @see PAGE.md PF3, PG7
 */
export function readAttributes(type: BlockType, fields: Fields): BlockAttributes {
  return Object.fromEntries(
    Object.entries(KNOWN[type])
      .map(([name, read]) => [name, read(fields[name])])
      .filter(([, value]) => value !== undefined),
  ) as BlockAttributes
}

/** The marks that text has or hasn't. */
export const FLAGS = ['bold', 'italic', 'underline', 'strike', 'code', 'math'] as const
/** The marks that are a color. */
export const SHADES = ['color', 'highlight'] as const
const isOneOf = (names: readonly string[], name: string): boolean => names.includes(name)
const readColor = oneOf(COLORS)
const isOn = (value: unknown): boolean => value !== null && value !== undefined && value !== false

/** Reads the marks of a piece of text; unknown ones are kept. @see PAGE.md PF5, PG7 */
export function readMarks(formats: Iterable<readonly [name: string, value: unknown]>): Marks {
  const known: [string, unknown][] = []
  const unknown: [string, unknown][] = []
  for (const [name, value] of formats) {
    const href: unknown = name === 'link' ? (value as { href?: unknown } | null)?.href : undefined
    if (!isOn(value)) continue
    else if (isOneOf(FLAGS, name)) known.push([name, true])
    else if (isOneOf(SHADES, name) && readColor(value) !== undefined) known.push([name, value])
    else if (isSafeLink(href)) known.push(['link', href])
    else unknown.push([name, value])
  }
  if (unknown.length > 0) known.push(['unknown', toJson(unknown)])
  return Object.fromEntries(known)
}

function toJson(fields: readonly (readonly [string, unknown])[]): string {
  const sorted = fields.toSorted(([one], [other]) => (one < other ? -1 : 1))
  try {
    return JSON.stringify(Object.fromEntries(sorted))
  } catch {
    // The value is nested too deeply to be written again.
    return '{}'
  }
}

/** Returns the marks as the document stores them: the reverse of `readMarks`. */
export function writeMarks({ link, unknown, ...flags }: Marks): Fields {
  const others = unknown === undefined ? {} : (JSON.parse(unknown) as Fields)
  return { ...others, ...flags, ...(link === undefined ? {} : { link: { href: link } }) }
}
