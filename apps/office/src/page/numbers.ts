import { Extension } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { Plugin, PluginKey } from '@tiptap/pm/state'
import { Decoration, DecorationSet } from '@tiptap/pm/view'

const key = new PluginKey<DecorationSet>('numbers')

/**
 * Returns the numbers of list items by their index. An item continues from the last one at its
 * depth; a block less deep that isn't numbered ends the list.
 */
export function numberItems(blocks: readonly Node[]): ReadonlyMap<number, number> {
  const numbers = new Map<number, number>()
  const counts: number[] = []
  for (const [at, { type, attrs }] of blocks.entries()) {
    const depth = Number(attrs['indent'] ?? 0)
    if (type.name === 'item' && attrs['kind'] === 'number') {
      const start: unknown = attrs['start']
      counts.length = Math.min(counts.length, depth + 1)
      counts[depth] = typeof start === 'number' ? start : (counts[depth] ?? 0) + 1
      numbers.set(at, counts[depth])
    } else counts.length = Math.min(counts.length, depth)
  }
  return numbers
}

/** Shows numbers before the items of numbered lists. */
export const Numbers = Extension.create({
  name: 'numbers',
  addProseMirrorPlugins: () => [
    new Plugin<DecorationSet>({
      key,
      state: {
        init: (_config, { doc }) => DecorationSet.create(doc, draw(doc)),
        apply: (tr, before) =>
          tr.docChanged ? DecorationSet.create(tr.doc, draw(tr.doc)) : before,
      },
      props: { decorations: (state) => key.getState(state) },
    }),
  ],
})

function draw(doc: Node): Decoration[] {
  const drawn = drawAmong(doc, 0)
  doc.descendants((node, at) => {
    const role: unknown = node.type.spec['tableRole']
    if (role === 'cell' || role === 'header_cell') {
      for (const each of drawAmong(node, at + 1)) drawn.push(each)
    }
    return role !== undefined
  })
  return drawn
}

function drawAmong(parent: Node, start: number): Decoration[] {
  const numbers = numberItems(parent.children)
  const drawn: Decoration[] = []
  parent.forEach((node, offset, at) => {
    const number = numbers.get(at)
    if (number === undefined) return
    const from = start + offset
    drawn.push(Decoration.node(from, from + node.nodeSize, { 'data-number': `${number}.` }))
  })
  return drawn
}
