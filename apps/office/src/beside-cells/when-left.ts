/**
 * Calls back when the focus goes elsewhere in the window. A field that loses it together with its window has it again
 * later: somebody looks up there what to write, such as an address.
 *
 * @see OFFICE.md SH170
 */
export function whenLeft(field: HTMLElement, left: () => void): void {
  field.addEventListener('blur', () => {
    if (document.activeElement !== field) left()
  })
}
