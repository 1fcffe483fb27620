import { useCallback, useEffect, useRef, useState } from 'react'
import { onLook } from '../on-look.js'
import { readList, type Wanted } from './calls.js'
import { type Listed, listedFrom } from './listed.js'
import { reasonOf } from '../../language/reason.js'

/** Typing is over after so long without a key. */
const TYPED_MS = 250
/** What failed is read again after so long. */
const RETRY_MS = 5_000
/** The most that the server lists at once. */
const MOST = 100

/** Which of the user's lists is read. */
type Which = Pick<Wanted, 'list' | 'folder'>

/** One of the user's lists, as far as it was read. */
interface Read {
  /** The text that was looked for. */
  readonly text: string
  readonly documents: readonly Listed[]
  /** Where it goes on. */
  readonly next?: string | undefined
  /** Why it couldn't be read. */
  readonly failed?: string
}

/** What is shown of a list. */
export interface Shown {
  /** What was read last, also while another text is looked for; `undefined` while it is read for the first time. */
  readonly read: Read | undefined
  readonly more: () => Promise<void>
  /** Reads it again, as it may have changed: as much of it as is shown. */
  readonly again: () => Promise<void>
  /** Shows a document as it will be; `undefined` for one that goes. */
  readonly put: (room: string, listed: Listed | undefined) => void
}

/** Reads a list, and again whenever the page becomes visible, and until it could be read. */
export function useListed({ list, folder, text }: Wanted): Shown {
  const [read, setRead] = useState<Read>()
  const latest = useRef<Read>(undefined)
  const life = useRef(new AbortController())
  const show = useCallback((next: Read) => setRead((latest.current = next)), [])
  const load = useCallback(
    async (isMore = false) => {
      life.current.abort()
      const { signal } = (life.current = new AbortController())
      const before = latest.current?.text === text ? latest.current : undefined
      const next = await (isMore && before !== undefined
        ? readMore({ list, folder }, before, signal)
        : readAgain({ list, folder }, text, before, signal))
      if (!signal.aborted) show(next)
    },
    [list, folder, text, show],
  )
  useEffect(() => {
    const timer = setTimeout(() => void load(), text === '' ? 0 : TYPED_MS)
    return () => {
      clearTimeout(timer)
      life.current.abort()
    }
  }, [load, text])
  useEffect(() => onLook(() => void load()), [load])
  useEffect(() => {
    const timer = read?.failed && setTimeout(() => void load(), RETRY_MS)
    return () => clearTimeout(timer || undefined)
  }, [load, read])
  const put = useCallback(
    (room: string, listed: Listed | undefined) => {
      const { current } = latest
      if (current === undefined) return
      const documents = current.documents.flatMap((each) =>
        each.room === room ? (listed ?? []) : each,
      )
      show({ ...current, documents })
    },
    [show],
  )
  return { read, more: () => load(true), again: () => load(), put }
}

async function readMore(which: Which, before: Read, signal: AbortSignal): Promise<Read> {
  const { text, documents, next } = before
  try {
    const page = await readList({ ...which, text }, next, signal)
    const found = page.documents.flatMap((each) => listedFrom(each) ?? [])
    const known = new Set(found.map(({ room }) => room))
    // What has changed meanwhile has moved to the front.
    const others = documents.filter(({ room }) => !known.has(room))
    return { text, documents: [...others, ...found], next: page.next }
  } catch (error) {
    return { text, documents, next, failed: reasonOf(error) }
  }
}

/** Reads as many entries as were shown. If that fails, those stay. */
async function readAgain(
  which: Which,
  text: string,
  before: Read | undefined,
  signal: AbortSignal,
): Promise<Read> {
  const shown = before?.documents.length ?? 0
  const documents: Listed[] = []
  let next: string | undefined
  try {
    do {
      const wanted = { ...which, text, ...(shown > documents.length && { limit: MOST }) }
      const page = await readList(wanted, next, signal)
      documents.push(...page.documents.flatMap((each) => listedFrom(each) ?? []))
      next = page.next
    } while (next !== undefined && documents.length < shown)
    return { text, documents, next }
  } catch (error) {
    return { text, documents: [], ...before, failed: reasonOf(error) }
  }
}
