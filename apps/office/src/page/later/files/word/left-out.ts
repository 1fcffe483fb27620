import { t } from '../../../../language/language.js'
import { formatList } from '../../../../language/formats.js'

/** What a file may have that a page can't take in. */
export type Feature = 'images' | 'footnotes' | 'comments' | 'drawings'

const NAMES: { readonly [feature in Feature]: () => string } = {
  images: () => t('files.left.images'),
  drawings: () => t('files.left.drawings'),
  footnotes: () => t('page.footnotes'),
  comments: () => t('page.wordComments'),
}

/** Returns what people are told of a file of which not everything was taken in. */
export function describeLeftOut(name: string, features: ReadonlySet<Feature>): string | undefined {
  if (features.size === 0) return undefined
  const order = Object.keys(NAMES) as Feature[]
  const what = order.filter((feature) => features.has(feature)).map((feature) => NAMES[feature]())
  return t('page.wordLeftOut', { name, what: formatList(what) })
}
