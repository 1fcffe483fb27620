/** Returns a new epoch: a name for the versions of rooms that begin now. @param random a number from 0 to 1 */
export function newEpoch(random: () => number): string {
  return Array.from({ length: 12 }, () => Math.floor(random() * 16).toString(16)).join('')
}
