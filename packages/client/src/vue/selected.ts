import { onScopeDispose, type ShallowRef, shallowRef } from 'vue'
import { type Merge, selection, type Store } from '../held/selection.js'

/** A ref to read, and not to write. */
export type Selected<Value> = Readonly<ShallowRef<Value>>

/**
 * Returns what is selected from a store, until the component is unmounted.
 *
 * @see PROTOCOL.md CL103
 */
export function useSelected<Value, Part>(
  store: Store<Value>,
  select: (value: Value) => Part,
  merge: Merge<Part>,
): Selected<Part> {
  const read = selection(store.getSnapshot, select, merge, () => undefined)
  const selected = shallowRef(read())
  const end = store.subscribe(() => {
    selected.value = read()
  })
  onScopeDispose(end)
  return selected
}
