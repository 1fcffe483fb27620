/** What some browsers say of each key that an input method takes. */
const TAKEN = 229

/**
 * Leaves the keys of a field to the input method while it composes a word: what is around the field learns of none, and
 * an Enter doesn't send its form.
 *
 * @see OFFICE.md OF108
 */
export function keepComposing(): void {
  addEventListener('keydown', look, { capture: true })
}

function look(event: KeyboardEvent): void {
  const { target } = event
  const isLine = target instanceof HTMLInputElement
  if (!isLine && !(target instanceof HTMLTextAreaElement)) return
  if (!event.isComposing && event.keyCode !== TAKEN) return
  event.stopPropagation()
  if (isLine && event.key === 'Enter') event.preventDefault()
}
