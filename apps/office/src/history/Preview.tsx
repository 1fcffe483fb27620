import { type ComponentType, useEffect, useState } from 'react'
import type { Doc } from 'yjs'
import type { Kind } from '../route.js'
import { TEXTS } from './texts.js'

export interface PreviewProps {
  /** The version that is shown. */
  readonly shown: Doc
  /** What it is compared with. */
  readonly other: Doc
}

const LOAD: { readonly [kind in Kind]: () => Promise<ComponentType<PreviewProps>> } = {
  page: async () => (await import('./PagePreview.js')).PagePreview,
  sheet: async () => (await import('./SheetPreview.js')).SheetPreview,
}

/** Shows a version, and marks what is different in another one. @see OFFICE.md HY14, HY15 */
export function Preview({ kind, ...props }: PreviewProps & { readonly kind: Kind }) {
  const [OfKind, setOfKind] = useState<ComponentType<PreviewProps> | null>(null)
  useEffect(() => {
    let isOver = false
    void LOAD[kind]().then((loaded) => !isOver && setOfKind(() => loaded))
    return () => void (isOver = true)
  }, [kind])
  return OfKind === null ? <p>{TEXTS.loading}</p> : <OfKind {...props} />
}
