import { setImmediate } from 'node:timers/promises'

/** A run of a simulation. */
interface Run {
  /** The events so far. */
  readonly trace: readonly string[]
  go(): Promise<void>
}

const given = process.env['SIMULATION_SEED']

/** The seed in the environment, which prints all its events if it fails. */
export const givenSeed = given === undefined ? undefined : Number(given)

/** Runs a simulation and returns its failure, if there is one. */
export async function failureOf(seed: number, run: Run): Promise<string | undefined> {
  try {
    await run.go()
    // A run never yields to the event loop, which has to check timeouts of tests.
    await setImmediate()
    return undefined
  } catch (error) {
    const trace = givenSeed === undefined ? '' : `\n${run.trace.join('\n')}`
    const message = error instanceof Error ? error.message : String(error)
    return `seed ${seed} fails; pin it: ${message}${trace}`
  }
}
