import { article } from './article.mjs'
import { hotRoom } from './hot-room.mjs'
import { idle } from './idle.mjs'
import { post } from './post.mjs'
import { quiet } from './quiet.mjs'
import { slowReaders } from './slow-readers.mjs'
import { smallRooms } from './small-rooms.mjs'
import { ways } from './ways.mjs'
import { webinar } from './webinar.mjs'
import { write } from './write.mjs'

/**
 * @typedef {object} Scenario
 * @property {string} name what `--only` calls it
 * @property {string} title
 * @property {string} about what is done, and what the figures say
 * @property {readonly Column[]} columns
 * @property {Plot} [plot]
 * @property {number} loads how many loads a run of one contestant takes, about
 * @property {(quick: boolean) => import('../generator.mjs').Load} load a usual one
 * @property {readonly string[]} [among] those whom it compares; everybody unless said
 * @property {(contestant: import('../contestants.mjs').Contestant) => string | undefined} excludes
 *   why a contestant can't do it
 * @property {(stage: import('../stage.mjs').Stage) => Promise<import('../stage.mjs').Run>} measure
 *   one run of one contestant
 *
 * @typedef {{ key: string, title: string, unit: string, best?: 'most' | 'least' }} Column
 *
 * How high p99 is with each load, or one figure of each contestant.
 *
 * @typedef {{ kind: 'ladder', axis: string, limit: number }
 *   | { kind: 'bars', key: string, axis: string }} Plot
 */

/** In the order in which they are run. @type {readonly Scenario[]} */
export const SCENARIOS = [
  hotRoom,
  webinar,
  smallRooms,
  post,
  write,
  ways,
  idle,
  slowReaders,
  quiet,
  article,
]
