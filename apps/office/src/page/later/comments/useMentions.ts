import { useRef, useState } from 'react'

const MOST_OFFERED = 6
/** What is typed of a name, at the caret; Chinese input methods may write the wide sign. */
const MENTION = /[@＠]([^\s@＠]{0,40})$/u

/** The people that are offered while a name is typed. */
export interface Mentions {
  readonly offered: readonly string[]
  /** Which of them is chosen. */
  readonly at: number
  /** Looks whether a name is being typed before the caret. */
  readonly look: (field: HTMLTextAreaElement) => void
  readonly close: () => void
  /** Puts a name into the text; returns the text, and where the caret is in it. */
  readonly pick: (field: HTMLTextAreaElement, name: string) => readonly [text: string, at: number]
  /**
   * Takes a key while names are offered; returns whether it did, and the name that it picked. The space that somebody
   * types behind a name that was picked is there already.
   */
  readonly press: (key: string, caret: number) => boolean | string
}

/** Offers people while `@` and the beginning of a name is typed. @see OFFICE.md PG70 */
export function useMentions(people: readonly string[]): Mentions {
  const [at, setAt] = useState(0)
  const [query, setQuery] = useState<string>()
  /** Where the caret was put behind a space. */
  const spaced = useRef(-1)
  const offered = query === undefined ? [] : matching(people, query)
  const close = () => setQuery(undefined)
  return {
    offered,
    at,
    close,
    look({ value, selectionStart }) {
      setAt(0)
      spaced.current = -1
      setQuery(MENTION.exec(value.slice(0, selectionStart))?.[1])
    },
    pick({ value, selectionStart }, name) {
      // The sign before what is typed may be the wide one.
      const typed = (query ?? '').length + 1
      const before = `${value.slice(0, selectionStart - typed)}@${name} `
      close()
      spaced.current = before.length
      return [before + value.slice(selectionStart), before.length]
    },
    press(key, caret) {
      const isThere = key === ' ' && caret === spaced.current
      spaced.current = -1
      if (isThere) return true
      if (offered.length === 0) return false
      const by = { ArrowDown: 1, ArrowUp: -1 }[key]
      if (by !== undefined) setAt((at + by + offered.length) % offered.length)
      else if (key === 'Enter' || key === 'Tab') return offered[at]!
      else if (key === 'Escape') close()
      else return false
      return true
    },
  }
}

function matching(people: readonly string[], query: string): readonly string[] {
  const wanted = query.toLocaleLowerCase()
  const isMeant = (name: string) => {
    const known = name.toLocaleLowerCase()
    return [known, ...known.split(/\s+/u)].some((part) => part.startsWith(wanted))
  }
  return people.filter(isMeant).slice(0, MOST_OFFERED)
}
