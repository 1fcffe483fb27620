/** What some browsers say of the key that ends a composition. */
const WITH_OTHERS = 229

/**
 * Keeps an Enter that ends the composition of a word from sending the form that has the field. It may be called again.
 *
 * @see OFFICE.md OF108
 */
export function keepComposing(): void {
  addEventListener('keydown', look, { capture: true })
}

function look(event: KeyboardEvent): void {
  const isComposing = event.isComposing || event.keyCode === WITH_OTHERS
  const isInForm = event.target instanceof HTMLInputElement && event.target.form !== null
  if (isComposing && isInForm && event.key === 'Enter') event.preventDefault()
}
