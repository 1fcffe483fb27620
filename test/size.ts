/** Whether the sizes are those of the nightly run. @see CONTRIBUTING.md, The gate */
const isNightly = process.env['TEST_SIZE'] === 'nightly'

/** How many seeds, seconds or requests a test takes: few in the gate, many in the nightly run. */
export function size(gate: number, nightly: number): number {
  return isNightly ? nightly : gate
}
