import type { Image } from '../document/images.js'
import { isOrderKey, keyBetween, type Chance, type OrderKey } from '../document/order-key.js'

/**
 * Returns the entries that put an image in front of others, or behind them. Where there is no key beyond theirs, as a
 * stranger has taken the longest one, all get new ones.
 *
 * @param all those of a sheet, the backmost one first
 * @see SHEET.md SD76
 */
export function orderEntries(
  id: string,
  all: readonly Image[],
  to: 'front' | 'back',
  chance: Chance = Math.random,
): Readonly<Record<string, OrderKey>> {
  const others = all.filter((image) => image.id !== id)
  const [first, last] = [others[0]?.at ?? null, others.at(-1)?.at ?? null]
  const at = to === 'front' ? keyBetween(last, null, chance) : keyBetween(null, first, chance)
  if (isOrderKey(at)) return { [`${id}/at`]: at }
  const ids = others.map((image) => image.id)
  return newKeys(to === 'front' ? [...ids, id] : [id, ...ids], chance)
}

function newKeys(ids: readonly string[], chance: Chance): Readonly<Record<string, OrderKey>> {
  let key: OrderKey | null = null
  const keys: Record<string, OrderKey> = {}
  for (const id of ids) keys[`${id}/at`] = key = keyBetween(key, null, chance)
  return keys
}
