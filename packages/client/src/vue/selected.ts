import { computed, type ComputedRef, onScopeDispose, type ShallowRef, shallowRef } from 'vue'
import type { Merge, Store } from '../held/selection.js'

/** A ref to read, and not to write. */
export type Selected<Value> = ComputedRef<Value>

/**
 * Returns what is selected from a store, until the component is unmounted. What `select` reads of props and refs
 * may change as well.
 *
 * @see PROTOCOL.md CL103, CL119
 */
export function useSelected<Value, Part>(
  store: Store<Value>,
  select: (value: Value) => Part,
  merge: Merge<Part>,
): Selected<Part> {
  const whole: ShallowRef<Value> = shallowRef<Value>(store.getSnapshot())
  onScopeDispose(
    store.subscribe(() => {
      whole.value = store.getSnapshot()
    }),
  )
  return computed<Part>((before) => {
    const now = select(whole.value)
    return before === undefined ? now : merge(before, now)
  })
}
