import { type AccessAnswer, Problem } from '@whereabouts/client'
import { useCallback, useEffect, useState } from 'react'
import { answerOffer, type Change, changeAccess, readAccess } from './access.js'

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
  /** Returns whether it could be loaded; if not, that is said. */
  const load = useCallback(
    () =>
      readAccess(room).then(
        (read) => {
          setAnswer(read)
          return true
        },
        (error: unknown) => {
          say(textOf(error))
          return false
        },
      ),
    [room, say],
  )

  useEffect(() => void load(), [load])

  const change = async (wanted: Change, done: string) => {
    if (answer?.access === undefined) return undefined
    try {
      const access = await changeAccess(room, answer.access, wanted)
      setAnswer({ ...answer, access })
      say(done)
      return access
    } catch (error) {
      const isLate = error instanceof Problem && error.problem === 'access-changed'
      if (!isLate) say(textOf(error))
      else if (await load()) say('Somebody else changed this just now. Here it is as it stands.')
      return undefined
    }
  }

  const respond = async (accept: boolean) => {
    try {
      await answerOffer(room, accept)
      if (await load()) say(accept ? 'You are the owner now.' : 'You refused the document.')
    } catch (error) {
      if (await load()) say(textOf(error))
    }
  }
  return { answer, say, change, answerOffer: respond }
}

function textOf(error: unknown): string {
  if (error instanceof Problem) return error.detail
  return 'The server can’t be reached. Try again in a moment.'
}
