import { LIMITS } from './limits.js'

/**
 * A text that sorts an element into a list; there is always room for another key between two.
 *
 * @see SHEET.md SD4
 */
export type OrderKey = string

/** Returns a number from 0 to below 1, like `Math.random()`. */
export type Chance = () => number

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz'
const BASE = DIGITS.length
const INDEX_DIGITS = 4
// Two people who insert at the same place at the same time must get different keys.
const JITTER_DIGITS = 4
const KEY = /^[0-9a-z]*[1-9a-z]$/

/** Returns whether a value is a key; a key that ends in 0 would leave no room before it. */
export function isOrderKey(value: unknown): value is OrderKey {
  return typeof value === 'string' && value.length <= LIMITS.orderKeyCharacters && KEY.test(value)
}

/** Returns the key of one element of a run, within the key that the run shares. */
export function keyInRun(key: OrderKey, index: number): OrderKey {
  // The last digit leaves room before the first element.
  return `${key}${index.toString(BASE).padStart(INDEX_DIGITS, '0')}i`
}

/**
 * Returns a key between `before` and `after`, even with anything appended to it; `null` is an end
 * of the list. If there is no room between them, the key is after `before`.
 */
export function keyBetween(before: OrderKey | null, after: OrderKey | null, chance: Chance) {
  let key = ''
  let upper = before !== null && after !== null && before >= after ? null : after
  for (let at = 0; ; at++) {
    const low = digit(before, at, 0)
    const high = digit(upper, at, BASE)
    if (high - low > 1) return key + DIGITS[within(low, high, chance)]! + jitter(chance)
    if (high > low) upper = null
    key += DIGITS[low]!
  }
}

function digit(key: OrderKey | null, at: number, beyond: number): number {
  if (key === null) return beyond
  return at < key.length ? DIGITS.indexOf(key[at]!) : 0
}

const within = (low: number, high: number, chance: Chance): number =>
  low + 1 + Math.floor(chance() * (high - low - 1))

function jitter(chance: Chance): string {
  let digits = ''
  while (digits.length < JITTER_DIGITS) digits += DIGITS[within(0, BASE, chance)]!
  return digits
}

/** Returns a name that is unique at this moment; it is part of every cell's key, so it is short. */
export function makeName(chance: Chance): string {
  let id = ''
  while (id.length < 6) id += DIGITS[Math.floor(chance() * BASE)]!
  return id
}
