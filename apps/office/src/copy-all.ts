/** Copies a text, or else selects it to be copied by key; returns whether it is copied. */
export async function copyAll(text: HTMLTextAreaElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text.value)
    return true
  } catch {
    text.focus()
    text.select()
    return false
  }
}
