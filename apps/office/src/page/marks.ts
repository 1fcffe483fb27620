import { Mark, type Attributes } from '@tiptap/core'

/** The name of a color, which each look shows in its own shade. */
const shade: Attributes = {
  color: {
    default: 'gray',
    renderHTML: ({ color }: { readonly color?: unknown }) => ({ 'data-color': String(color) }),
  },
}

const Color = Mark.create({
  name: 'color',
  addAttributes: () => shade,
  renderHTML: ({ HTMLAttributes }) => ['span', HTMLAttributes, 0],
})

const Highlight = Mark.create({
  name: 'highlight',
  addAttributes: () => shade,
  renderHTML: ({ HTMLAttributes }) => ['mark', HTMLAttributes, 0],
})

/** LaTeX, which is text like any other until it is drawn. @see PAGE.md PE30 */
const Formula = Mark.create({ name: 'math', code: true, renderHTML: () => ['tex-math', 0] })

/** The colors of text and of its background (PE1), and formulas. @see PAGE.md */
export const MARKS = [Color, Highlight, Formula]
