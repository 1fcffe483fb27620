import { mergeAttributes, Node, type Attributes } from '@tiptap/core'
import { Table, TableCell, TableHeader, TableRow } from '@tiptap/extension-table'
import { isShownImage } from '../page-document/image-source.js'

/** What may stand in a cell: any block but a table. */
const FLAT = 'flat'

/** An attribute of which nothing is seen, such as an id. */
const hidden = { default: null, rendered: false, parseHTML: () => null }

const indent: Attributes = {
  indent: {
    default: 0,
    renderHTML: ({ indent: by }: { readonly indent?: unknown }) =>
      by === 0 ? {} : { 'data-indent': by, style: `--indent: ${Number(by)}` },
  },
}

export const PageDoc = Node.create({ name: 'doc', topNode: true, content: `(${FLAT} | table)+` })

export const Paragraph = Node.create({
  name: 'paragraph',
  // The first of the blocks is what is made where there must be one.
  priority: 1_000,
  group: FLAT,
  content: 'inline*',
  addAttributes: () => indent,
  renderHTML: ({ HTMLAttributes }) => ['p', mergeAttributes({ dir: 'auto' }, HTMLAttributes), 0],
})

export const Heading = Node.create({
  name: 'heading',
  group: FLAT,
  content: 'inline*',
  defining: true,
  addAttributes: () => ({ level: { default: 1, rendered: false }, ...indent }),
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
  addAttributes: () => indent,
  renderHTML: ({ HTMLAttributes }) => [
    'blockquote',
    mergeAttributes({ dir: 'auto' }, HTMLAttributes),
    0,
  ],
})

export const CodeBlock = Node.create({
  name: 'codeBlock',
  group: FLAT,
  content: '(text | unknownInline)*',
  // What was bold before it became code is so again after.
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

/** An image that is in the document itself. @see OFFICE.md PG8 */
export const ImageNode = Node.create({
  name: 'image',
  group: FLAT,
  draggable: true,
  addAttributes: () => ({
    src: { default: null },
    alt: { default: null },
    title: { default: null },
  }),
  renderHTML: ({ HTMLAttributes }) =>
    isShownImage(HTMLAttributes['src'])
      ? ['img', mergeAttributes({ alt: '', draggable: 'true' }, HTMLAttributes)]
      : ['div', { class: 'unknown' }, 'An image that can’t be shown.'],
})

/** Stands for a block that a stranger, or a later version, wrote and this one doesn't know. */
export const UnknownBlock = Node.create({
  name: 'unknownBlock',
  group: FLAT,
  atom: true,
  selectable: true,
  renderHTML: () => [
    'div',
    { class: 'unknown', contenteditable: 'false' },
    'Something is here that this page can’t show.',
  ],
})

/** Stands for something within a line that this version doesn't know. */
export const UnknownInline = Node.create({
  name: 'unknownInline',
  group: 'inline',
  inline: true,
  atom: true,
  renderHTML: () => [
    'span',
    { class: 'unknown', title: 'Something that this page can’t show' },
    '…',
  ],
})

export const TABLE_NODES = [
  Table.extend({ group: 'table-block', addAttributes: () => ({ id: hidden }) }).configure({
    resizable: false,
  }),
  TableRow.extend({ addAttributes: () => ({ id: hidden }) }),
  TableHeader.extend(cellOfFlat()),
  TableCell.extend(cellOfFlat()),
]

/** A table is a rectangle: no cell spans others, and each knows its column. */
function cellOfFlat() {
  return {
    content: `${FLAT}+`,
    addAttributes: (): Attributes => ({
      colspan: { default: 1, rendered: false, parseHTML: () => 1 },
      rowspan: { default: 1, rendered: false, parseHTML: () => 1 },
      colwidth: hidden,
      column: hidden,
    }),
  }
}
