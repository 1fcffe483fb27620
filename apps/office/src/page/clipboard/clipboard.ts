import { Extension } from '@tiptap/core'
import {
  DOMParser as Parser,
  DOMSerializer,
  Fragment,
  Slice,
  type Node,
  type Schema,
} from '@tiptap/pm/model'
import { Plugin } from '@tiptap/pm/state'
import type { Block } from '../../page-document/block.js'
import { MAX_LINES } from '../../page-document/tables.js'
import { Converter } from '../convert.js'
import { readHtml } from './read-html.js'
import { readLines, readText } from './read-text.js'
import { writeHtml } from './write-html.js'
import { writeText } from './write-text.js'

/** Handles copying and pasting. @see OFFICE.md PG26, PG27, PG28 */
export const Clipboard = Extension.create({
  name: 'clipboard',
  // Runs before the editor's own handling.
  priority: 200,
  addProseMirrorPlugins() {
    const { schema } = this.editor
    const converter = new Converter(schema)
    return [
      new Plugin({
        props: {
          clipboardParser: new BlockParser(schema, converter),
          clipboardSerializer: new BlockSerializer(schema, converter),
          clipboardTextParser: (text, _context, isPlain) =>
            sliceOf(isPlain ? readLines(text) : readText(text), converter),
          transformPasted: (slice, { state }) => asInline(slice, state.selection.$from.parent),
          clipboardTextSerializer: ({ content }) => textOfFragment(content, converter),
        },
      }),
    ]
  },
})

const sliceOf = (blocks: readonly Block[], converter: Converter): Slice =>
  Slice.maxOpen(Fragment.from(nodesOf(blocks, converter)), false)

/** Returns the nodes for blocks that come from elsewhere. */
export const nodesOf = (blocks: readonly Block[], converter: Converter): readonly Node[] =>
  blocks.flatMap(asLinesIfLarge).map((block) => converter.toNode(block))

/**
 * Returns a slice from within one block as text alone, if it is pasted into a block of another
 * type.
 *
 * @see OFFICE.md PG49
 */
function asInline(slice: Slice, target: Node): Slice {
  const { content, openStart, openEnd } = slice
  const { firstChild, childCount } = content
  const isPart = childCount === 1 && openStart === 1 && openEnd === 1 && firstChild!.isTextblock
  const hasKind = target.isTextblock && !['paragraph', 'codeBlock'].includes(target.type.name)
  return isPart && hasKind ? new Slice(firstChild!.content, 0, 0) : slice
}

// Each cell is a root of the document, and a server limits the number of roots.
const MAX_PASTED_CELLS = 1_000

/** Returns a table, or, if it is too large for a page, lines with tabs. @see OFFICE.md PG26 */
function asLinesIfLarge(block: Block): readonly Block[] {
  const { rows = [], columns = [] } = block.table ?? {}
  const isLarge =
    rows.length * columns.length > MAX_PASTED_CELLS ||
    rows.length > MAX_LINES.rows ||
    columns.length > MAX_LINES.columns
  return isLarge ? readLines(writeText([block])) : [block]
}

class BlockParser extends Parser {
  readonly #converter: Converter

  constructor(schema: Schema, converter: Converter) {
    super(schema, [])
    this.#converter = converter
  }

  override parseSlice(dom: HTMLElement): Slice {
    return sliceOf(readHtml(dom), this.#converter)
  }
}

class BlockSerializer extends DOMSerializer {
  readonly #converter: Converter

  constructor(schema: Schema, converter: Converter) {
    const { nodes, marks } = DOMSerializer.fromSchema(schema)
    super(nodes, marks)
    this.#converter = converter
  }

  override serializeFragment(
    fragment: Fragment,
    options?: { document?: Document },
    target?: HTMLElement | DocumentFragment,
  ): HTMLElement | DocumentFragment {
    // Parts of a table or of a line are written by the editor itself.
    if (!isOfBlocks(fragment)) return super.serializeFragment(fragment, options, target)
    const written = writeHtml(fragment.content.map((node) => this.#converter.toBlock(node)))
    if (target === undefined) return written
    target.append(written)
    return target
  }
}

const isOfBlocks = ({ content }: Fragment): boolean =>
  content.every(({ isInline, type }) => {
    const role: unknown = type.spec['tableRole']
    return !isInline && (role === undefined || role === 'table')
  })

function textOfFragment(fragment: Fragment, converter: Converter): string {
  if (isOfBlocks(fragment))
    return writeText(fragment.content.map((node) => converter.toBlock(node)))
  return fragment.textBetween(0, fragment.size, '\n', '\n')
}
