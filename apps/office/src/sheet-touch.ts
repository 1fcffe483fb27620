import type { Univer } from '@univerjs/core'
import type { SharedWorkbook } from '@whereabouts/univer'
import { untilLoaded } from './late-part.js'

/** Loads what follows fingers, on devices that have a touchscreen. @see OFFICE.md SH225 */
export function addTouch(univer: Univer, shared: SharedWorkbook): void {
  const load = async () => {
    const { touchSheet } = await untilLoaded(() => import('./touch/touch.js'))
    touchSheet(univer, shared)
  }
  if (matchMedia('(pointer: coarse)').matches) {
    void load()
    return
  }
  const touched = ({ pointerType }: PointerEvent) => {
    if (pointerType !== 'touch') return
    removeEventListener('pointerdown', touched, { capture: true })
    void load()
  }
  addEventListener('pointerdown', touched, { capture: true })
}
