import { textOf, type Block } from '../../../page-document/block.js'
import { MATH_LANGUAGE } from '../math/formulas.js'

const SOURCE = 'annotation[encoding="application/x-tex"]'
const BLOCK_CODE = `pre > code.language-${MATH_LANGUAGE}`

/** Returns whether blocks have formulas, in tables as well. */
export const hasFormulas = (blocks: readonly Block[]): boolean =>
  blocks.some(
    (block) =>
      block.content.some(({ marks }) => marks.math === true) ||
      (block.attributes.language === MATH_LANGUAGE && textOf(block) !== '') ||
      block.table?.cells.some((row) => row.some(hasFormulas)) === true,
  )

/** Has the formulas of a file drawn by the browser that opens it, which needs no other file for it. @see OFFICE.md PE34 */
export async function drawFormulas(root: HTMLElement): Promise<void> {
  const { mathmlOf } = await import('../math/draw.js')
  for (const element of root.querySelectorAll<HTMLElement>(`tex-math, ${BLOCK_CODE}`)) {
    const isBlock = element.localName === 'code'
    const mathml = mathmlOf(element.textContent, isBlock)
    if (mathml === undefined) continue
    const drawn = root.ownerDocument.createElement(isBlock ? 'div' : 'span')
    drawn.innerHTML = mathml
    ;(isBlock ? element.parentElement! : element).replaceWith(drawn)
  }
}

/** Brings formulas of a file back to their LaTeX, which MathML of most programs has within it. */
export function readFormulas(root: HTMLElement): void {
  for (const source of root.querySelectorAll(SOURCE)) {
    const math = source.closest('math')
    if (math === null) continue
    const drawn = math.closest('.katex-display') ?? math.closest('.katex') ?? math
    drawn.replaceWith(math.getAttribute('display') === 'block' ? blockOf(source) : lineOf(source))
  }
}

function lineOf({ textContent, ownerDocument }: Element): Element {
  const element = ownerDocument.createElement('tex-math')
  element.textContent = textContent
  return element
}

function blockOf({ textContent, ownerDocument }: Element): Element {
  const [pre, code] = [ownerDocument.createElement('pre'), ownerDocument.createElement('code')]
  code.className = `language-${MATH_LANGUAGE}`
  code.textContent = textContent
  pre.append(code)
  return pre
}
