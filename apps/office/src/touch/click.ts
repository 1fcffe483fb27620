/** Has the grid see a click of a finger, where that is or has been. @param button 2 opens the menu */
export function click(
  canvas: HTMLElement,
  { pointerId, pointerType }: PointerEvent,
  button: 0 | 2,
  { clientX, clientY }: PointerEvent,
): void {
  const at = { clientX, clientY, pointerId, pointerType, button, bubbles: true, cancelable: true }
  const buttons = button === 0 ? 1 : 2
  canvas.dispatchEvent(new PointerEvent('pointerdown', { ...at, buttons }))
  canvas.dispatchEvent(new PointerEvent('pointerup', at))
}
