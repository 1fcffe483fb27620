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
