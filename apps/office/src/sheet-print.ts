import { ThemeService, type Univer } from '@univerjs/core'
import { IRenderManagerService } from '@univerjs/preset-sheets-core'
import { flushSync } from 'react-dom'
import { isDark } from './looks/theme.js'

/** Shows a sheet light while it is printed. The browser waits for nothing, so that all of it is drawn at once. @see OFFICE.md OF82 */
export function printLight(univer: Univer, unitId: string): void {
  const injector = univer.__getInjector()
  const theme = injector.get(ThemeService)
  const paper = matchMedia('print')
  paper.addEventListener('change', () => {
    flushSync(() => theme.setDarkMode(isDark() && !paper.matches))
    injector.get(IRenderManagerService).getRenderById(unitId)?.scene.render()
  })
}

/** Has the key with which the browser prints ask first how. The browser's own menu prints what is on the screen. @see OFFICE.md OF92 */
export function addPrintKey(ask: () => void): void {
  addEventListener(
    'keydown',
    (event) => {
      const isPrint = event.key.toLowerCase() === 'p' && (event.ctrlKey || event.metaKey)
      if (!isPrint || event.shiftKey || event.altKey) return
      event.preventDefault()
      event.stopPropagation()
      ask()
    },
    { capture: true },
  )
}
