import type { Editor } from '@tiptap/core'
import { useEffect, useMemo, useState } from 'react'
import type { Match } from '../../late-parts.js'
import type { Anchor, Thread } from './comments-document.js'
import { CommentMarks, DRAFT, NOWHERE, type Places } from './marks.js'
import { useStable } from './useAsked.js'

/** Where the threads of a page are, and what is at a position of it. */
export interface Marks extends Places {
  readonly threadsAt: (at: number) => readonly string[]
  readonly rangeOf: (thread: string) => Match | undefined
}

/**
 * Marks threads and the draft in the text.
 *
 * @param anchored called with where the text of a thread is now, after it was moved or brought back here
 */
export function useMarks(
  editor: Editor,
  threads: readonly Thread[],
  draft: Anchor | undefined,
  current: string | undefined,
  anchored: (thread: string, anchor: Anchor) => void,
): Marks {
  const [places, setPlaces] = useState<Places>(NOWHERE)
  const marks = useMemo(() => new CommentMarks(editor), [editor])
  const anchors = useStable(anchored)
  const shown = useMemo(
    () => (draft === undefined ? threads : [...threads, draftOf(draft)]),
    [threads, draft],
  )
  useEffect(() => marks.start({ moved: setPlaces, anchored: anchors }), [marks, anchors])
  useEffect(
    () => marks.show(shown, draft === undefined ? current : DRAFT),
    [marks, shown, draft, current],
  )
  return useMemo(
    () => ({
      ...places,
      rangeOf: (thread: string) => marks.rangeOf(thread),
      threadsAt: (at: number) => marks.threadsAt(at).filter((id) => id !== DRAFT),
    }),
    [places, marks],
  )
}

const draftOf = (anchor: Anchor): Thread => ({
  id: DRAFT,
  anchor,
  comments: [],
  resolved: undefined,
})
