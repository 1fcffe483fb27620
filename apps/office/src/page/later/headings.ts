import type { Node } from '@tiptap/pm/model'

/** A heading of a page. */
export interface Heading {
  readonly text: string
  readonly level: number
  /** The position of its text in the editor. */
  readonly at: number
}

/** Returns the headings of a page that have a text, in order. */
export function headingsOf(doc: Node): readonly Heading[] {
  const found: Heading[] = []
  doc.forEach((node, at) => {
    const text = node.type.name === 'heading' ? node.textContent.trim() : ''
    if (text !== '') found.push({ text, level: Number(node.attrs['level']), at: at + 1 })
  })
  return found
}

/**
 * Returns the depth of each heading in the outline: a page that begins with a second level, or leaves
 * one out, isn't shown further in for that.
 */
export function depthsOf(headings: readonly Heading[]): readonly number[] {
  const open: number[] = []
  return headings.map(({ level }) => {
    while (open.length > 0 && open.at(-1)! >= level) open.pop()
    open.push(level)
    return open.length - 1
  })
}
