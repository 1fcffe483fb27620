import { ICONS } from '../icons.js'
import { IconSelect } from '../looks/IconSelect.js'
import { finishAll } from '../offline/before-reload.js'
import { nameOf } from './choice.js'
import { chooseLanguage, currentLanguage, LANGUAGES, t } from './language.js'

/** Shows the language of this window, and loads the window again in another one. @see OFFICE.md LA2 */
export function LanguageSelect() {
  return (
    <IconSelect
      icon={ICONS.language}
      label={t('common.language')}
      defaultValue={currentLanguage().code}
      onChange={({ currentTarget }) => void speakFromNowOn(currentTarget.value)}
    >
      {LANGUAGES.map((code) => (
        <option key={code} value={code} lang={code}>
          {nameOf(code)}
        </option>
      ))}
    </IconSelect>
  )
}

/** Loads the window again in another language. The browser asks first if this window alone has something, as before any other reload. */
export async function speakFromNowOn(code: string): Promise<void> {
  chooseLanguage(code)
  await finishAll()
  location.reload()
}
