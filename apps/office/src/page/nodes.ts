import { mergeAttributes, Node, type Attributes } from '@tiptap/core'
import { Table, TableCell, TableHeader, TableRow } from '@tiptap/extension-table'
import { isShownImage } from '../page-document/image-source.js'
import { t } from '../language/language.js'

/** The width of the text on a large screen. */
const TEXT_PX = 648

/** The content of a cell: any block but a table. */
const FLAT = 'flat'

/** An attribute that isn't rendered, such as an id. */
const hidden = { default: null, rendered: false, parseHTML: () => null }

const flow: Attributes = {
  align: {
    default: null,
    renderHTML: ({ align }: { readonly align?: unknown }) =>
      typeof align === 'string' ? { 'data-align': align } : {},
  },
  indent: {
    default: 0,
    renderHTML: ({ indent: by }: { readonly indent?: unknown }) =>
      by === 0 ? {} : { 'data-indent': by, style: `--indent: ${Number(by)}` },
  },
}

export const PageDoc = Node.create({ name: 'doc', topNode: true, content: `(${FLAT} | table)+` })

export const Paragraph = Node.create({
  name: 'paragraph',
  // The node with the highest priority is created where a block is required.
  priority: 1_000,
  group: FLAT,
  content: 'inline*',
  addAttributes: () => flow,
  renderHTML: ({ HTMLAttributes }) => ['p', mergeAttributes({ dir: 'auto' }, HTMLAttributes), 0],
})

export const Heading = Node.create({
  name: 'heading',
  group: FLAT,
  content: 'inline*',
  defining: true,
  addAttributes: () => ({ level: { default: 1, rendered: false }, ...flow }),
  renderHTML: ({ node, HTMLAttributes }) => [
    `h${Number(node.attrs['level'])}`,
    mergeAttributes({ dir: 'auto' }, HTMLAttributes),
    0,
  ],
})

export const Quote = Node.create({
  name: 'quote',
  group: FLAT,
  content: 'inline*',
  defining: true,
  addAttributes: () => flow,
  renderHTML: ({ HTMLAttributes }) => [
    'blockquote',
    mergeAttributes({ dir: 'auto' }, HTMLAttributes),
    0,
  ],
})

/** Text in a box: information, or one of the tones. */
export const Callout = Node.create({
  name: 'callout',
  group: FLAT,
  content: 'inline*',
  defining: true,
  addAttributes: () => ({
    tone: {
      default: null,
      renderHTML: ({ tone }: { readonly tone?: unknown }) =>
        typeof tone === 'string' ? { 'data-tone': tone } : {},
    },
    ...flow,
  }),
  renderHTML: ({ HTMLAttributes }) => [
    'div',
    mergeAttributes({ class: 'callout', role: 'note', dir: 'auto' }, HTMLAttributes),
    0,
  ],
})

export const CodeBlock = Node.create({
  name: 'codeBlock',
  group: FLAT,
  content: '(text | unknownInline)*',
  // Keeps marks, so that text is bold again after it has been code.
  marks: '_',
  code: true,
  defining: true,
  addAttributes: () => ({ language: { default: null, rendered: false } }),
  renderHTML: ({ node }) => [
    'pre',
    ['code', node.attrs['language'] ? { class: `language-${node.attrs['language']}` } : {}, 0],
  ],
})

export const Rule = Node.create({
  name: 'horizontalRule',
  group: FLAT,
  renderHTML: () => ['hr'],
})

/** An image that is stored in the document. @see OFFICE.md PG8 */
export const ImageNode = Node.create({
  name: 'image',
  group: FLAT,
  draggable: true,
  addAttributes: () => ({
    src: { default: null },
    alt: { default: null },
    title: { default: null },
    width: { default: null },
  }),
  renderHTML: ({ node: { attrs } }) => {
    const { src, title } = attrs
    if (!isShownImage(src)) return ['div', { class: 'unknown' }, t('page.imageNotShown')]
    const style = typeof attrs['width'] === 'number' ? `width: ${attrs['width']}%` : null
    const said = { src, alt: String(attrs['alt'] ?? ''), draggable: 'true' }
    return typeof title === 'string'
      ? ['figure', { style }, ['img', said], ['figcaption', { dir: 'auto' }, title]]
      : ['img', { ...said, style }]
  },
})

/** Stands for a block that this version doesn't know, from a stranger or a later version. */
export const UnknownBlock = Node.create({
  name: 'unknownBlock',
  group: FLAT,
  atom: true,
  selectable: true,
  renderHTML: () => [
    'div',
    { class: 'unknown', contenteditable: 'false' },
    t('page.blockNotShown'),
  ],
})

/** Stands for an element within a line that this version doesn't know. */
export const UnknownInline = Node.create({
  name: 'unknownInline',
  group: 'inline',
  inline: true,
  atom: true,
  renderHTML: () => ['span', { class: 'unknown', title: t('page.partNotShown') }, '…'],
})

export const TABLE_NODES = [
  Table.extend({ group: 'table-block', addAttributes: () => ({ id: hidden }) }).configure({
    resizable: false,
  }),
  TableRow.extend({ addAttributes: () => ({ id: hidden }) }),
  TableHeader.extend(cellOfFlat()),
  TableCell.extend(cellOfFlat()),
]

/**
 * Returns the options of a cell: no cell spans others, since a table is a rectangle, and each knows
 * its column.
 */
function cellOfFlat() {
  return {
    content: `${FLAT}+`,
    addAttributes: (): Attributes => ({
      colspan: { default: 1, rendered: false, parseHTML: () => 1 },
      rowspan: { default: 1, rendered: false, parseHTML: () => 1 },
      colwidth: hidden,
      column: hidden,
      // The first row decides, as the layout of a table is fixed.
      size: {
        default: null,
        parseHTML: () => null,
        renderHTML: ({ size }: { readonly size?: unknown }) =>
          typeof size === 'number' ? { style: `width: ${(size / TEXT_PX) * 100}%` } : {},
      },
      fill: {
        default: null,
        parseHTML: () => null,
        renderHTML: ({ fill }: { readonly fill?: unknown }) =>
          typeof fill === 'string' ? { 'data-color': fill } : {},
      },
    }),
  }
}
