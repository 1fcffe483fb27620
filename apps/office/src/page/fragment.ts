import { XmlElement, XmlText, type Doc, type Transaction, XmlFragment } from 'yjs'

/** Where in the document a page is. @see PROTOCOL.md PG6 */
export const FIELD = 'page'

// Far deeper than anybody indents; what goes deeper would overflow the stack of every reader.
const MAX_DEPTH = 64

/**
 * Takes out of a page, now and whenever others have written, what the binding of the editor can't
 * bear: values that are neither element nor text, things within text, and what is nested too deeply.
 * Returns how to stop that.
 *
 * @see PROTOCOL.md PG7
 */
export function keepReadable(doc: Doc): () => void {
  const fragment = doc.getXmlFragment(FIELD)
  const clean = () => doc.transact(() => cleanFragment(fragment), cleanFragment)
  // Before the observers, of which the binding is one.
  const cleanIfChanged = ({ changed, local }: Transaction) => {
    const isOfPages = [...changed.keys()].some(
      (type) => type instanceof XmlFragment || type instanceof XmlText,
    )
    if (!local && isOfPages) clean()
  }
  clean()
  doc.on('beforeObserverCalls', cleanIfChanged)
  return () => doc.off('beforeObserverCalls', cleanIfChanged)
}

function cleanFragment(fragment: XmlFragment): void {
  const waiting: { readonly element: XmlFragment; readonly depth: number }[] = []
  waiting.push({ element: fragment, depth: 0 })
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { element, depth } = next
    const children: readonly unknown[] = element.toArray()
    // From the end, so that what is taken out moves nothing that is still to be looked at.
    for (let at = children.length - 1; at >= 0; at -= 1) {
      const child = children[at]
      if (child instanceof XmlElement && depth < MAX_DEPTH) {
        waiting.push({ element: child, depth: depth + 1 })
      } else if (child instanceof XmlText && element !== fragment) cleanText(child)
      else element.delete(at, 1)
    }
  }
}

function cleanText(text: XmlText): void {
  let at = 0
  for (const { insert } of text.toDelta() as { readonly insert: unknown }[]) {
    if (typeof insert === 'string') at += insert.length
    else text.delete(at, 1)
  }
}
