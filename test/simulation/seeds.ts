import { setImmediate } from 'node:timers/promises'

/** A run of a simulation. */
interface Run {
  /** What happened. */
  readonly trace: readonly string[]
  go(): Promise<void>
}

const given = process.env['SIMULATION_SEED']

/** The one seed that is asked for: it says all that happened if it fails. */
export const givenSeed = given === undefined ? undefined : Number(given)

/** What is wrong in a run; `undefined` if nothing is. */
export async function failureOf(seed: number, run: Run): Promise<string | undefined> {
  try {
    await run.go()
    // Nothing in a run lets the process do anything else, such as end a test that takes too long.
    await setImmediate()
    return undefined
  } catch (error) {
    const trace = givenSeed === undefined ? '' : `\n${run.trace.join('\n')}`
    const message = error instanceof Error ? error.message : String(error)
    return `seed ${seed} fails; pin it: ${message}${trace}`
  }
}
