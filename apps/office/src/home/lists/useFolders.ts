import type { ListFolder } from '@whereabouts/client'
import { useCallback, useEffect, useRef, useState } from 'react'
import { onLook } from '../on-look.js'
import { pause } from '../../keep-signed-in.js'
import { readList, type Wanted } from './calls.js'

/** What failed is read again after so long. */
const RETRY_MS = 5_000
/** The first page of any list has all folders. */
const FIRST: Wanted = { list: 'own', text: '', limit: 1 }

/** What the server keeps for the user. */
export interface Kept {
  /** Whether it keeps lists. */
  readonly areLists: boolean
  /** The user's folders, by name; `undefined` until they are read, and where the server keeps none. */
  readonly folders: readonly ListFolder[] | undefined
  /** Reads them again, as they may have changed. */
  readonly again: () => Promise<void>
}

/**
 * Reads whether the server keeps lists, and the user's folders. Nearly every server that knows its users keeps
 * lists, so nothing jumps when it says so.
 */
export function useFolders(): Kept {
  const [kept, setKept] = useState<Omit<Kept, 'again'>>({ areLists: true, folders: undefined })
  const life = useRef(new AbortController())
  const again = useCallback(async () => {
    life.current.abort()
    const { signal } = (life.current = new AbortController())
    while (!signal.aborted) {
      try {
        const { isKept, folders } = await readList(FIRST, undefined, signal)
        if (!signal.aborted) setKept({ areLists: isKept !== false, folders })
        return
      } catch {
        // What was read before stays. The lists say what is wrong.
        await pause(RETRY_MS)
      }
    }
  }, [])
  useEffect(() => {
    void again()
    const stop = onLook(() => void again())
    return () => {
      stop()
      life.current.abort()
    }
  }, [again])
  return { ...kept, again }
}
