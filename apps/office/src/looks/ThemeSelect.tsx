import { useSyncExternalStore } from 'react'
import { ICONS } from '../icons.js'
import { IconSelect } from './IconSelect.js'
import { t } from '../language/language.js'
import { chooseTheme, chosenTheme, subscribeTheme, type Theme, THEMES } from './theme.js'

const NAMES = {
  system: 'looks.system',
  light: 'looks.light',
  dark: 'looks.dark',
} as const satisfies Record<Theme, string>

/** Shows whether the application looks light or dark, and changes it in all windows. @see OFFICE.md OF81 */
export function ThemeSelect() {
  const theme = useSyncExternalStore(subscribeTheme, chosenTheme)
  return (
    <IconSelect
      icon={ICONS.theme}
      label={t('looks.theme')}
      value={theme}
      onChange={({ currentTarget }) => chooseTheme(currentTarget.value as Theme)}
    >
      {THEMES.map((each) => (
        <option key={each} value={each}>
          {t(NAMES[each])}
        </option>
      ))}
    </IconSelect>
  )
}
