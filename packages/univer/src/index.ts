export { openSheet, type Sheet } from './sheet.js'
export type { GivenBack, Notices } from './given-back.js'
