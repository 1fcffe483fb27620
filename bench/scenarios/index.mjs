import { article } from './article.mjs'
import { confirmations } from './confirmations.mjs'
import { fivePeople } from './five-people.mjs'
import { hotRoom } from './hot-room.mjs'
import { idle } from './idle.mjs'
import { pair } from './pair.mjs'
import { post } from './post.mjs'
import { quiet } from './quiet.mjs'
import { readers } from './readers.mjs'
import { slowReaders } from './slow-readers.mjs'
import { smallRooms } from './small-rooms.mjs'
import { trace } from './trace.mjs'
import { turns } from './turns.mjs'
import { typist } from './typist.mjs'
import { ways } from './ways.mjs'
import { webinar } from './webinar.mjs'
import { write } from './write.mjs'

/**
 * @typedef {object} Scenario
 * @property {string} name its name in `--only`
 * @property {string} title
 * @property {string} about what it does and measures
 * @property {readonly Column[]} columns
 * @property {Plot} [plot]
 * @property {number} loads the approximate number of loads per run
 * @property {(quick: boolean) => { warmS: number, seconds: number }} load a usual one
 * @property {readonly string[]} [among] the contestants that it compares; all by default
 * @property {(contestant: import('../contestants.mjs').Contestant) => string | undefined} excludes
 *   returns the reason if a contestant can't take part
 * @property {(stage: import('../stage.mjs').Stage) => Promise<import('../stage.mjs').Run>} measure
 *   one run of one contestant
 *
 * @typedef {{ key: string, title: string, unit: string, best?: 'most' | 'least' }} Column
 *
 * A plot of p99 over the load, or of one figure per contestant.
 *
 * @typedef {{ kind: 'ladder', axis: string, limit: number }
 *   | { kind: 'bars', key: string, axis: string }} Plot
 */

/** In the order in which they are run. @type {readonly Scenario[]} */
export const SCENARIOS = [
  hotRoom,
  webinar,
  smallRooms,
  fivePeople,
  post,
  write,
  ways,
  idle,
  confirmations,
  slowReaders,
  quiet,
  article,
  turns,
  pair,
  trace,
  typist,
  readers,
]
