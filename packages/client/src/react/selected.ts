import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react'
import { type Merge, selection, type Store } from '../held/selection.js'

/**
 * Returns what is selected from a store, and renders again when that changes.
 *
 * @see PROTOCOL.md CL103
 */
export function useSelected<Value, Selected>(
  store: Store<Value>,
  select: (value: Value) => Selected,
  merge: Merge<Selected>,
): Selected {
  // What is shown, so that a selector that is made with each render still keeps what is equal.
  const shown = useRef<readonly [Selected]>(undefined)
  const [read, readOnServer] = useMemo(() => {
    const { getSnapshot, getServerSnapshot = getSnapshot } = store
    const last = () => shown.current
    return [
      selection(getSnapshot, select, merge, last),
      selection(getServerSnapshot, select, merge, last),
    ]
  }, [store, select, merge])
  const selected = useSyncExternalStore(store.subscribe, read, readOnServer)
  useEffect(() => {
    shown.current = [selected]
  }, [selected])
  return selected
}
