import { type ComponentType, createElement } from 'react'
import type { Doc } from 'yjs'
import { usePart } from '../late-part.js'
import type { Kind } from '../route.js'
import { TEXTS } from './texts.js'

export interface PreviewProps {
  /** The version that is shown. */
  readonly shown: Doc
  /** What it is compared with. */
  readonly other: Doc
}

interface OfKindProps extends PreviewProps {
  readonly kind: Kind
  /** Called if it can't be fetched. */
  readonly onFailed: () => void
}

const LOAD: { readonly [kind in Kind]: () => Promise<ComponentType<PreviewProps>> } = {
  page: async () => (await import('./PagePreview.js')).PagePreview,
  sheet: async () => (await import('./SheetPreview.js')).SheetPreview,
}

/** Shows a version, and marks what is different in another one. @see OFFICE.md HY14, HY15 */
export function Preview({ kind, onFailed, ...props }: OfKindProps) {
  const OfKind = usePart(LOAD[kind], onFailed)
  return OfKind === undefined ? <p>{TEXTS.loading}</p> : createElement(OfKind, props)
}
