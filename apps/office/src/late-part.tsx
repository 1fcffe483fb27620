import { type ComponentType, useEffect, useEffectEvent, useState } from 'react'
import { pause } from './keep-signed-in.js'
import { t } from './language/language.js'
import { notify } from './passing-notice.js'

/** The time until a part that comes by itself is fetched again. */
const AGAIN_MS = 5_000

/** A part that the user opens and closes. */
interface Closable {
  readonly onClose: () => void
}

/**
 * Returns a component that is loaded when it is first shown. If it can't be fetched, it closes and a notice
 * says so, so that the user can open it again.
 *
 * @see OFFICE.md OF88
 */
export function latePart<Props extends Closable>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  return function LatePart(props) {
    const Part = usePart(load, () => {
      notify(t('common.unreachable'))
      props.onClose()
    })
    return Part === undefined ? null : <Part {...props} />
  }
}

/** Returns a component that comes by itself when it is there, however often it has to be fetched. */
export function comingPart<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  const untilThere = () => untilLoaded(load)
  return function ComingPart(props) {
    const Part = usePart(untilThere)
    return Part === undefined ? null : <Part {...props} />
  }
}

/**
 * Loads a part of the application.
 *
 * @param load another function loads another part; nothing is loaded without one
 * @param failed called if it can't be fetched
 * @returns `undefined` until it is there
 */
export function usePart<Part>(
  load: (() => Promise<Part>) | undefined,
  failed: () => void = () => undefined,
): Part | undefined {
  const [loaded, setLoaded] = useState<{ readonly load: unknown; readonly part: Part }>()
  const fail = useEffectEvent(failed)
  useEffect(() => {
    let isOver = false
    const take = (part: Part) => {
      if (!isOver) setLoaded({ load, part })
    }
    load?.().then(take, (error: unknown) => {
      if (isOver) return
      reportError(error)
      fail()
    })
    return () => void (isOver = true)
  }, [load])
  return load !== undefined && loaded?.load === load ? loaded.part : undefined
}

/** Loads a part that comes by itself, so that nobody can open it again: however often it takes. */
export async function untilLoaded<Part>(load: () => Promise<Part>): Promise<Part> {
  for (;;) {
    try {
      return await load()
    } catch (error) {
      reportError(error)
      await pause(AGAIN_MS)
    }
  }
}
