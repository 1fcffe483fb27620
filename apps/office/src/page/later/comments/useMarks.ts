import type { Editor } from '@tiptap/core'
import { useEffect, useMemo, useState } from 'react'
import type { Anchor, Thread } from './comments-document.js'
import { CommentMarks, type Ranges } from './marks.js'

/** Stands for the text that is about to be commented. */
export const DRAFT = 'draft'

/** Marks threads and the draft in the text, and returns where the threads are. */
export function useMarks(
  editor: Editor,
  threads: readonly Thread[],
  draft: Anchor | null,
  current: string | undefined,
): Ranges {
  const [ranges, setRanges] = useState<Ranges>(new Map())
  const marks = useMemo(() => new CommentMarks(editor), [editor])
  const shown = useMemo(
    () => (draft === null ? threads : [...threads, draftOf(draft)]),
    [threads, draft],
  )
  useEffect(() => marks.start(setRanges), [marks])
  useEffect(
    () => marks.show(shown, draft === null ? current : DRAFT),
    [marks, shown, draft, current],
  )
  return ranges
}

const draftOf = (anchor: Anchor): Thread => ({
  id: DRAFT,
  anchor,
  comments: [],
  resolved: undefined,
})
