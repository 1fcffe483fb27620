import { LIMITS } from './limits.js'

/**
 * Where something stands among its like: texts that sort as the things do, with room for another one
 * between any two.
 *
 * @see SHEET.md SD4
 */
export type OrderKey = string

/** A number from 0 up to but not including 1, such as `Math.random()`. */
export type Chance = () => number

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz'
const BASE = DIGITS.length
const INDEX_DIGITS = 4
// Two people who insert at the same place at the same time must not come to the same key.
const JITTER_DIGITS = 4
const KEY = /^[0-9a-z]*[1-9a-z]$/

/** Whether somebody's value is a key; one that ended in 0 would leave no room before it. */
export function isOrderKey(value: unknown): value is OrderKey {
  return typeof value === 'string' && value.length <= LIMITS.orderKeyCharacters && KEY.test(value)
}

/** The key of one of those that were put somewhere together, under the key that they share. */
export function keyInRun(key: OrderKey, index: number): OrderKey {
  // The last digit leaves room before the first one.
  return `${key}${index.toString(BASE).padStart(INDEX_DIGITS, '0')}i`
}

/**
 * A key after `before` and in front of `after`, also with anything appended to it; `null` is an end
 * of the list. Keys that leave no room between them give one after `before`.
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

/** A name that nobody else comes to in the same moment: it is in the key of every cell, so it is short. */
export function makeName(chance: Chance): string {
  let id = ''
  while (id.length < 6) id += DIGITS[Math.floor(chance() * BASE)]!
  return id
}
