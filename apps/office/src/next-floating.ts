/** What is over the cells of a sheet, and in sight. */
export const FLOATING = '.chart, .sheet-image:not([aria-hidden])'

/** Gives the focus to the chart or image after the one that has it; returns whether there is one. @see OFFICE.md SH182 */
export function focusNextFloating(): boolean {
  const all = [...document.querySelectorAll<HTMLElement>(FLOATING)]
  const at = all.findIndex((each) => each.contains(document.activeElement))
  const next = all[(at + 1) % all.length]
  next?.focus({ preventScroll: true })
  return next !== undefined
}

/** Has the same keys lead on from a chart or an image, which keep other keys from the cells. */
export function addFloatingKeys(): void {
  addEventListener(
    'keydown',
    (event) => {
      const { code, altKey, ctrlKey, metaKey, target } = event
      const isNext = code === 'Digit5' && altKey && (ctrlKey || metaKey)
      if (!isNext || !(target as Element).matches(FLOATING)) return
      event.preventDefault()
      event.stopPropagation()
      focusNextFloating()
    },
    { capture: true },
  )
}
