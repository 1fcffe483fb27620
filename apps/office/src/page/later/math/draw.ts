import katex from 'katex'
import 'katex/dist/katex.css'

/** The longest formula that is drawn. @see OFFICE.md PE33 */
const MAX_CHARACTERS = 2_000
/** Own macros can take any time: each may stand for the one before it twice. */
const MACROS =
  /\\(?:[egx]?def|global|long|(?:future)?let|(?:(?:re)?new|provide)command)(?![a-zA-Z])/
const OPTIONS = {
  throwOnError: true,
  strict: 'ignore',
  trust: false,
  maxExpand: 500,
  maxSize: 20,
} as const

/** Why a formula can't be drawn. */
export type Fault =
  | { readonly kind: 'too-long'; readonly most: number }
  | { readonly kind: 'macro'; readonly macro: string }
  | { readonly kind: 'too-deep' }
  /** The position is that of a character, from 1 on. */
  | { readonly kind: 'syntax'; readonly message: string; readonly position: number | undefined }

/** A formula as elements, or why it can't be drawn. */
export type Drawn = { readonly element: HTMLElement } | { readonly fault: Fault }

/** Draws LaTeX, with MathML for screen readers. @see OFFICE.md PE31, PE33 */
export function draw(source: string, isBlock: boolean): Drawn {
  const refused = refusalOf(source)
  if (refused !== undefined) return { fault: refused }
  const element = document.createElement('span')
  try {
    katex.render(source, element, { ...OPTIONS, displayMode: isBlock })
    return { element }
  } catch (error) {
    return { fault: faultOf(error) }
  }
}

/** Returns a formula as MathML, which has its source within it; `undefined` if it is wrong. */
export function mathmlOf(source: string, isBlock: boolean): string | undefined {
  if (refusalOf(source) !== undefined) return undefined
  try {
    return katex.renderToString(source, { ...OPTIONS, displayMode: isBlock, output: 'mathml' })
  } catch {
    // What is wrong stays as its source.
    return undefined
  }
}

function refusalOf(source: string): Fault | undefined {
  if (source.length > MAX_CHARACTERS) return { kind: 'too-long', most: MAX_CHARACTERS }
  const [macro] = MACROS.exec(source) ?? []
  return macro === undefined ? undefined : { kind: 'macro', macro }
}

function faultOf(error: unknown): Fault {
  // Too deep a nesting ends in another error.
  if (!(error instanceof katex.ParseError)) return { kind: 'too-deep' }
  const { rawMessage, position } = error as { rawMessage?: string; position?: number }
  return {
    kind: 'syntax',
    message: rawMessage ?? error.message,
    position: position === undefined ? undefined : position + 1,
  }
}
