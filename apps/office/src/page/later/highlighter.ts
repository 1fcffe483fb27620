import { common, createLowlight } from 'lowlight'

/** A piece of code, from its beginning on, and the class of what it is. */
export interface Token {
  readonly from: number
  readonly to: number
  readonly kind: string
}

interface Tree {
  readonly type: string
  readonly value?: string
  readonly properties?: { readonly className?: unknown }
  readonly children?: readonly Tree[]
}

const lowlight = createLowlight(common)

/** Returns the pieces of code in a language; none if the language isn't known. */
export function tokensOf(language: string, code: string): readonly Token[] {
  if (!lowlight.registered(language)) return []
  const tokens: Token[] = []
  const read = (tree: Tree, from: number): number => {
    const to =
      tree.value === undefined
        ? (tree.children ?? []).reduce((at, child) => read(child, at), from)
        : from + tree.value.length
    const names = tree.properties?.className
    if (Array.isArray(names)) tokens.push({ from, to, kind: names.join(' ') })
    return to
  }
  read(lowlight.highlight(language, code), 0)
  return tokens
}
