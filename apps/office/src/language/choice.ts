/** The language of those who know none of the others. */
const DEFAULT_LANGUAGE = 'en'

/** The scripts that are written from right to left. */
const RIGHT_TO_LEFT: ReadonlySet<string | undefined> = new Set([
  'Adlm',
  'Arab',
  'Hebr',
  'Nkoo',
  'Rohg',
  'Syrc',
  'Thaa',
])

/**
 * Returns the first of the wanted languages that there is, in its own script: Chinese of Hong Kong isn't
 * that of Singapore.
 *
 * @param wanted language codes, the best first; what isn't one is passed over
 * @example languageFor(['zh-SG', 'en'], ['en', 'zh-Hans']) // 'zh-Hans'
 */
export function languageFor(wanted: readonly string[], known: readonly string[]): string {
  const found = wanted.flatMap((code) => known.find((each) => isSame(each, code)) ?? [])
  return found[0] ?? DEFAULT_LANGUAGE
}

/**
 * Returns how dates and numbers are written in a language: as in the country that the browser names.
 *
 * @example localeFor('en', ['de', 'en-GB']) // 'en-GB'
 */
export function localeFor(language: string, wanted: readonly string[]): string {
  return wanted.find((code) => isSame(language, code)) ?? language
}

/** Returns the direction in which a language is written. @example directionOf('ar') // 'rtl' */
export function directionOf(code: string): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.has(localeOf(code)?.script) ? 'rtl' : 'ltr'
}

/** Returns what a language calls itself. @example nameOf('zh-Hans') // '简体中文' */
export function nameOf(code: string): string {
  return new Intl.DisplayNames(code, { type: 'language' }).of(code) ?? code
}

function isSame(known: string, wanted: string): boolean {
  const [one, other] = [localeOf(known), localeOf(wanted)]
  return one !== undefined && one.language === other?.language && one.script === other.script
}

function localeOf(code: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(code).maximize()
  } catch {
    // A storage can hold anything.
    return undefined
  }
}
