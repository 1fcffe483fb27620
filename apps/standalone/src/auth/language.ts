/** The languages of the office, which speaks them also where the server writes the page. Named by language and script. */
const LANGUAGES = { 'en-Latn': 'en', 'zh-Hans': 'zh-Hans' } as const

type Language = (typeof LANGUAGES)[keyof typeof LANGUAGES]

/** A text in each language. */
export type Text = { readonly [language in Language]: string }

/**
 * Returns the first language that a browser asks for and that there is in its own script, or else English.
 *
 * @param accepted the header `Accept-Language`
 * @example languageOf('de, zh-CN;q=0.9, en;q=0.8') // 'zh-Hans'
 * @see OFFICE.md LA9
 */
export function languageOf(accepted = ''): Language {
  const asked = accepted.split(',').map(weighed)
  const wanted = asked.filter(({ weight }) => weight > 0)
  const best = wanted.toSorted((one, other) => other.weight - one.weight)
  return best.flatMap(({ tag }) => spoken(tag) ?? [])[0] ?? 'en'
}

/** Reads an entry of the header, such as `zh-CN;q=0.9`. What isn't a number weighs nothing. */
function weighed(entry: string): { readonly tag: string; readonly weight: number } {
  const [tag = '', ...parameters] = entry.split(';').map((part) => part.trim())
  const weight = parameters.find((parameter) => /^q=/i.test(parameter))?.slice(2)
  return { tag, weight: weight === undefined ? 1 : Number(weight) }
}

function spoken(tag: string): Language | undefined {
  const name = fullName(tag)
  return Object.hasOwn(LANGUAGES, name) ? LANGUAGES[name as keyof typeof LANGUAGES] : undefined
}

/** Returns a language and its script, `zh-Hans` for `zh-SG`; nothing for what isn't a language. */
function fullName(tag: string): string {
  try {
    const { language, script } = new Intl.Locale(tag).maximize()
    return `${language}-${script}`
  } catch {
    return ''
  }
}
