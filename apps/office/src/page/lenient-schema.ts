import { Extension, Mark, Node } from '@tiptap/core'
import type { Attrs, MarkType, Node as ProseMirrorNode, NodeType, Schema } from '@tiptap/pm/model'
import { readAttributes } from './attributes.js'

const UNKNOWN_BLOCK = 'unknownBlock'
const UNKNOWN_MARK = 'unknownMark'

/** Stands for what a stranger, or a later version, wrote and this one doesn't know. */
export const UnknownBlock = Node.create({
  name: UNKNOWN_BLOCK,
  group: 'block',
  atom: true,
  selectable: true,
  renderHTML: () => [
    'div',
    { class: 'unknown', contenteditable: 'false' },
    'Something is here that this page can’t show.',
  ],
})

/** Stands for a mark that this version doesn't know. */
export const UnknownMark = Mark.create({
  name: UNKNOWN_MARK,
  renderHTML: () => ['span', 0],
})

/**
 * The binding to the document makes nodes by `schema.node` and marks by `schema.mark`, of whatever
 * stands there, and deletes from the document what these refuse. So they refuse nothing that is only
 * unknown: it is shown as such and stays in the document. What is known is made with attributes that
 * are in order.
 *
 * @see PROTOCOL.md PG7
 */
export const LenientSchema = Extension.create({
  name: 'lenientSchema',
  onBeforeCreate() {
    makeLenient(this.editor.schema)
  },
})

/** Makes a schema one that reads what strangers wrote. */
export function makeLenient(schema: Schema): void {
  const node = schema.node.bind(schema)
  const mark = schema.mark.bind(schema)
  const unknownBlock = schema.nodes[UNKNOWN_BLOCK]!
  const unknownMark = schema.marks[UNKNOWN_MARK]!

  schema.node = (type: string | NodeType, attributes: Attrs | null = null, content, marks) => {
    const name = typeof type === 'string' ? type : type.name
    if (schema.nodes[name] === undefined) return unknownBlock.create()
    try {
      return node(type, readAttributes(name, attributes), content, marks)
    } catch (error) {
      // Where it isn't what is unknown that doesn't fit, two have written at the same time; then the
      // binding takes away what is left.
      if (Array.isArray(content) && content.some(isUnknown)) return unknownBlock.create()
      throw error
    }
  }
  schema.mark = (type: string | MarkType, attributes?: Attrs | null) => {
    const name = typeof type === 'string' ? type : type.name
    if (schema.marks[name] === undefined) return unknownMark.create()
    const known = readAttributes(name, attributes)
    return name === 'link' && typeof known['href'] !== 'string'
      ? unknownMark.create()
      : mark(type, known)
  }
}

function isUnknown(node: ProseMirrorNode): boolean {
  return (
    node.type.name === UNKNOWN_BLOCK || node.marks.some(({ type }) => type.name === UNKNOWN_MARK)
  )
}
