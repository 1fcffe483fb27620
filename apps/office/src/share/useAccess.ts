import { type AccessAnswer, Problem } from '@whereabouts/client'
import { useCallback, useEffect, useRef, useState } from 'react'
import { answerOffer, type Change, changeAccess, readAccess } from './access.js'
import { t } from '../language/language.js'
import { reasonOf } from '../language/reason.js'

/** Who has access, as the dialog shows it. */
export interface ShownAccess {
  /** `undefined` while it loads. */
  readonly answer: AccessAnswer | undefined
  /** Shows what happened. */
  readonly say: (text: string) => void
  /** Makes a change; resolves with the new access, or `undefined` if it was refused, which is said. */
  readonly change: (change: Change, done: string) => Promise<AccessAnswer['access']>
  /** Accepts or refuses what is offered to the user, and says what became of it. */
  readonly answerOffer: (accept: boolean) => Promise<void>
}

/** @param say shows what happened */
export function useAccess(room: string, say: (text: string) => void): ShownAccess {
  const [answer, setAnswer] = useState<AccessAnswer>()
  const latest = useRef<AccessAnswer>(undefined)
  /** How often a change of somebody else was shown. */
  const surprises = useRef(0)
  const inTurn = useTurns()
  const show = useCallback((read: AccessAnswer) => {
    latest.current = read
    setAnswer(read)
  }, [])
  /** Returns whether it could be loaded; if not, that is said. */
  const load = useCallback(
    () =>
      readAccess(room).then(
        (read) => {
          show(read)
          return true
        },
        (error: unknown) => {
          say(reasonOf(error))
          return false
        },
      ),
    [room, say, show],
  )

  useEffect(() => void inTurn(load), [inTurn, load])

  const changeNow = async (wanted: Change, done: string) => {
    const before = latest.current
    if (before?.access === undefined) return undefined
    try {
      const access = await changeAccess(room, before.access, wanted)
      show({ ...before, access })
      say(done)
      return access
    } catch (error) {
      const isLate = error instanceof Problem && error.problem === 'access-changed'
      if (isLate) surprises.current += 1
      if (!isLate) say(reasonOf(error))
      else if (await load()) say(t('share.changedByOther'))
      return undefined
    }
  }

  const change = (wanted: Change, done: string) => {
    const seen = surprises.current
    // Whoever made a change before they saw somebody else's decides again.
    return inTurn(async () => (seen === surprises.current ? changeNow(wanted, done) : undefined))
  }

  const respondNow = async (accept: boolean) => {
    try {
      await answerOffer(room, accept)
      if (await load()) say(t(accept ? 'share.accepted' : 'share.refused'))
    } catch (error) {
      if (await load()) say(reasonOf(error))
    }
  }
  const respond = (accept: boolean) => inTurn(() => respondNow(accept))
  return { answer, say, change, answerOffer: respond }
}

/** Returns a function that begins each work when the one before is done. */
function useTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  const last = useRef<Promise<unknown>>(Promise.resolve())
  return useCallback((work) => {
    const done = last.current.then(work)
    last.current = done.catch(() => undefined)
    return done
  }, [])
}
