import { Problem } from '@whereabouts/protocol'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { encodeStateAsUpdate, encodeStateVector, mergeUpdates } from 'yjs'
import { size } from '../../../../test/size.js'
import { LoadedDocument } from './loaded-document.js'
import { FIRST_INCARNATION } from './store.js'
import { readUpdate } from './update.js'
import { ANY_UPDATE, BASES, docOf } from './updates.fixture.js'

const UPDATES_A_RUN = 8
const RUNS = size(650, 2_500)
/** Long enough for a busy machine that runs other tests too. */
const PATIENCE_MS = RUNS * 500
const HUNG_MS = 10_000

const VECTOR = encodeStateVector(docOf(BASES[0]!))

it(
  `[DO12 DO39] of ${RUNS * UPDATES_A_RUN} updates of all kinds, each is either refused or readable by every client`,
  () => {
    const counts = { accepted: 0, waiting: 0, refused: new Map<unknown, number>() }
    const updates = fc.array(ANY_UPDATE, { minLength: UPDATES_A_RUN, maxLength: UPDATES_A_RUN })
    fc.assert(
      fc.property(updates, (all) => {
        const document = new LoadedDocument('fuzz', {
          incarnation: FIRST_INCARNATION,
          usedAtMs: 0,
          generation: 0,
          last: 0,
          snapshot: BASES[0]!,
          updates: [],
        })
        const accepted = [BASES[0]!]
        for (const update of all) {
          const beganMs = performance.now()
          const outcome = take(document, update)
          if (outcome instanceof Problem) {
            const { reason = outcome.problem } = outcome.extensions
            counts.refused.set(reason, (counts.refused.get(reason) ?? 0) + 1)
          } else {
            accepted.push(update)
            counts.accepted += 1
            if (outcome) counts.waiting += 1
          }
          expect(document.stale, 'a checked update can be applied').toBe(false)
          checkReadable(document, accepted)
          expect(performance.now() - beganMs).toBeLessThan(HUNG_MS)
        }
      }),
      { numRuns: RUNS, seed: 20_261_128 },
    )
    // Every possible outcome occurred.
    expect(counts.accepted).toBeGreaterThan(500)
    expect(counts.waiting).toBeGreaterThan(50)
    const reasons = [
      'clock-taken',
      'document-full',
      'malformed',
      'pending',
      'too-costly',
      'too-deep',
    ]
    expect(new Set(counts.refused.keys())).toEqual(new Set(reasons))
  },
  PATIENCE_MS,
)

/** Returns whether part of the update is pending, or the problem if it is refused. */
function take(document: LoadedDocument, update: Uint8Array): boolean | Problem {
  try {
    const { isPending, unordered } = document.check(readUpdate(update))
    document.apply(update, unordered)
    return isPending
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

/** Checks that the document, its updates, and all of them merged can be read. */
function checkReadable(document: LoadedDocument, accepted: readonly Uint8Array[]): void {
  const model = docOf(...accepted)
  const whole = document.difference(undefined)
  expectSame(whole, encodeStateAsUpdate(model))
  const rest = document.difference(VECTOR)
  expectSame(rest, encodeStateAsUpdate(model, VECTOR))
  const merged = mergeUpdates([...accepted])
  for (const update of [whole, merged, rest]) {
    const reader = docOf(BASES[0]!, update)
    encodeStateAsUpdate(reader)
    encodeStateAsUpdate(reader, VECTOR)
  }
}

/** Asserts equality; calls the slow `toEqual` only to report a difference. */
function expectSame(actual: Uint8Array, expected: Uint8Array): void {
  if (Buffer.compare(actual, expected) !== 0) expect(actual).toEqual(expected)
}
