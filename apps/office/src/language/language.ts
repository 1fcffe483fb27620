import { IntlMessageFormat } from 'intl-messageformat'
import { storedAs } from '../base.js'
import { inBrowser } from '../guarded-storage.js'
import { directionOf, languageFor, localeFor } from './choice.js'
import type { Given, Language, MessageId } from './message.js'

const FILES = import.meta.glob<Language>('../languages/*.ts')
const CODE = /([^/]+)\.ts$/
const STORED_AS = storedAs('whereabouts:language')
// Around a value in a text from right to left, which keeps the signs beside a name in their places.
const [ISOLATE, END_ISOLATE] = ['\u2068', '\u2069']

const loaders = new Map(
  Object.entries(FILES).map(([file, load]) => [CODE.exec(file)![1]!, load] as const),
)

/** The language of a window. */
interface Spoken {
  readonly code: string
  /** The locale of dates and numbers. */
  readonly locale: string
  readonly direction: 'ltr' | 'rtl'
  readonly language: Language
  /** The messages that were asked for. */
  readonly read: Map<MessageId, IntlMessageFormat>
}

let current: Spoken | undefined

/** The codes of the languages that there are: those of the files in `languages/`. */
export const LANGUAGES: readonly string[] = [...loaders.keys()]

/**
 * Loads the language of this window, and says in the page which one it is. No text can be asked for before.
 *
 * @param code if left out, the one that the user chose in this browser, or else the browser's
 * @see OFFICE.md LA1, LA2
 */
export async function speak(code = ownLanguage()): Promise<void> {
  const language = await loaders.get(code)!()
  const direction = directionOf(code)
  current = {
    code,
    direction,
    locale: localeFor(code, browserLanguages()),
    language,
    read: new Map(),
  }
  if (typeof document === 'undefined') return
  document.documentElement.lang = code
  document.documentElement.dir = direction
}

/**
 * Returns a message in the language of this window.
 *
 * @example t('home.copies', { count: 3 }) // 'This browser has copies of 3 documents.'
 */
export function t<Id extends MessageId>(id: Id, ...[values]: Given<Id>): string {
  const message = messageOf(id)
  return typeof message === 'string' ? message : String(message.format(values && isolated(values)))
}

/** Returns the language of this window. @throws {TypeError} before `speak` has loaded it */
export function currentLanguage(): Spoken {
  if (current === undefined) throw new TypeError('Call speak() first.')
  return current
}

/** Remembers the user's choice in this browser. It applies to a window from its next load on. */
export function chooseLanguage(code: string): void {
  inBrowser.setItem(STORED_AS, code)
}

/** Returns a message; one without a place for a value is a text. */
function messageOf(id: MessageId): string | IntlMessageFormat {
  const { read, locale, language } = currentLanguage()
  const message = language.messages[id]
  if (typeof message === 'string' && !message.includes('{')) return message
  const known = read.get(id)
  if (known !== undefined) return known
  const format = new IntlMessageFormat(message, locale, {}, { ignoreTag: true })
  read.set(id, format)
  return format
}

type Value = string | number

function isolated(values: { readonly [name: string]: Value }) {
  if (currentLanguage().direction === 'ltr') return values
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, isolate(value)]))
}

const isolate = (value: Value): Value =>
  typeof value === 'string' ? ISOLATE + value + END_ISOLATE : value

function ownLanguage(): string {
  const chosen = inBrowser.getItem(STORED_AS)
  const wanted = browserLanguages()
  return languageFor(chosen === null ? wanted : [chosen, ...wanted], LANGUAGES)
}

/** A test outside of a browser has none. */
function browserLanguages(): readonly string[] {
  return typeof document === 'undefined' ? [] : navigator.languages
}
