import type { Random } from '../simulation/random.js'
import { LONG_OPEN, LONG_SECRET, OPEN, SECRET } from './world.js'

const ROOMS = [OPEN, SECRET, LONG_OPEN, LONG_SECRET, 'default', 'a:b~c', 'x'.repeat(129), '..']
const CALLS = ['events', 'location', 'location', 'leave', 'document', 'document/sync']
/** Queries that are valid for every call. */
export const QUERIES = ['', '', '?watch=1', '?watch=1&x=/rooms/secret/document', '?']
const ODD = [...'/?#;%\\.:@*&=~+|^`{}"<>[]!$\'()Zaé\u00ff', '//', '%2f', '%2F', '%5c', '%23', '%3f']
const ORIGINS = [
  'http://h',
  'HTTPS://h:1',
  'http://u@h',
  'http:///',
  'ftp://h',
  '//h',
  'http://',
  '*',
]

/** Returns a target that is well formed or nearly so. */
export function randomTarget(random: Random): string {
  let target = plainTarget(random)
  // Some are left well formed, as a server must not refuse everything.
  for (let count = random.below(4); count > 0; count--) {
    target = random.pick(MUTATIONS)(target, random)
  }
  return target
}

function plainTarget(random: Random): string {
  if (random.chance(0.05)) return random.pick(['/location', '/location/sse'])
  return `/rooms/${random.pick(ROOMS)}/${random.pick(CALLS)}${random.pick(QUERIES)}`
}

type Mutation = (target: string, random: Random) => string

const MUTATIONS: readonly Mutation[] = [
  // An odd character is inserted, or replaces another.
  (target, random) => spliced(target, random, 0, random.pick(ODD)),
  (target, random) => spliced(target, random, 1, random.pick(ODD)),
  (target, random) => spliced(target, random, 1 + random.below(3), ''),
  // Escapes, once and twice.
  (target, random) => escaped(target, random, '%'),
  (target, random) => escaped(target, random, '%25'),
  (target) => target.replaceAll('secret', '%73ecret'),
  // Upper case.
  (target, random) => {
    const at = random.below(target.length)
    return target.slice(0, at) + target.slice(at, at + 6).toUpperCase() + target.slice(at + 6)
  },
  // A second address before or after.
  (target, random) =>
    target + random.pick(['', '#', ';', '/', '%2f', '\\', '?']) + plainTarget(random),
  (target, random) => plainTarget(random) + random.pick(['/..', '#', ';', '/.', '//']) + target,
  (target, random) => random.pick(ORIGINS) + target,
  (target, random) =>
    target + random.pick(['/', '//', '/.', '/..', ';x=1', '#', '#x', '%00', '%20']),
]

function spliced(target: string, random: Random, length: number, put: string): string {
  const at = random.below(target.length + 1)
  return target.slice(0, at) + put + target.slice(at + length)
}

function escaped(target: string, random: Random, percent: string): string {
  const at = random.below(target.length)
  const code = target.charCodeAt(at).toString(16)
  const cased = random.chance(0.5) ? code : code.toUpperCase()
  return `${target.slice(0, at)}${percent}${cased}${target.slice(at + 1)}`
}
