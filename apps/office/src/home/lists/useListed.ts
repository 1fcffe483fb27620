import { useCallback, useEffect, useRef, useState } from 'react'
import { onLook } from '../on-look.js'
import { readList, type Wanted } from './calls.js'
import { type Listed, listedFrom } from './listed.js'
import { reasonOf } from '../../language/reason.js'

/** Typing is over after so long without a key. */
const TYPED_MS = 250

/** One of the user's lists, as far as it was read. */
interface Read {
  readonly documents: readonly Listed[]
  /** Where it goes on. */
  readonly next?: string | undefined
  /** Why it couldn't be read. */
  readonly failed?: string
}

/** What is shown of a list. */
export interface Shown {
  /** `undefined` while it is read for the first time. */
  readonly read: Read | undefined
  readonly more: () => Promise<void>
  /** Reads it again, as it may have changed. */
  readonly again: () => Promise<void>
}

/** Reads a list, and again whenever the page becomes visible. */
export function useListed({ list, text }: Wanted): Shown {
  const [state, setState] = useState<{ readonly of: string; readonly read: Read }>()
  const life = useRef(new AbortController())
  const of = `${list} ${text}`
  const load = useCallback(
    async (before?: Read) => {
      life.current.abort()
      const { signal } = (life.current = new AbortController())
      const read = await readMore({ list, text }, before, signal)
      if (!signal.aborted) setState({ of: `${list} ${text}`, read })
    },
    [list, text],
  )
  useEffect(() => {
    const timer = setTimeout(() => void load(), text === '' ? 0 : TYPED_MS)
    return () => {
      clearTimeout(timer)
      life.current.abort()
    }
  }, [load, text])
  useEffect(() => onLook(() => void load()), [load])
  const read = state?.of === of ? state.read : undefined
  return { read, more: () => load(read), again: () => load() }
}

async function readMore(
  wanted: Wanted,
  { documents, next }: Read = { documents: [] },
  signal: AbortSignal,
): Promise<Read> {
  try {
    const page = await readList(wanted, next, signal)
    const found = page.documents.flatMap((each) => listedFrom(each) ?? [])
    const known = new Set(found.map(({ room }) => room))
    // What has changed meanwhile has moved to the front.
    const before = documents.filter(({ room }) => !known.has(room))
    return { documents: [...before, ...found], next: page.next }
  } catch (error) {
    return { documents, next, failed: reasonOf(error) }
  }
}
