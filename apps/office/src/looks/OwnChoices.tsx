import { LanguageSelect } from '../language/LanguageSelect.js'
import { ThemeSelect } from './ThemeSelect.js'

/** What the user chooses for this browser. */
export function OwnChoices() {
  return (
    <>
      <ThemeSelect />
      <LanguageSelect />
    </>
  )
}
