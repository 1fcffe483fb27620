import { faultsOf, microsecondsEach } from '../stage.mjs'

const PEOPLE_IN_A_ROOM = 5

/** @type {import('./index.mjs').Scenario} */
export const idle = {
  name: 'idle',
  title: 'Idle: the memory of an open stream while nothing happens',
  about:
    '10,000 readers connect and nobody moves. By how much the memory of the server grows per reader: ' +
    `once as viewers of one room, once as people in rooms of ${PEOPLE_IN_A_ROOM}.`,
  columns: [
    { key: 'kibPerViewer', title: 'memory per viewer', unit: 'KiB', best: 'least' },
    { key: 'kibPerMember', title: 'memory per person in a small room', unit: 'KiB', best: 'least' },
    { key: 'mibInAll', title: 'server with all viewers', unit: 'MiB', best: 'least' },
    { key: 'usPerConnect', title: 'server, to connect a viewer', unit: 'µs', best: 'least' },
  ],
  plot: { kind: 'bars', key: 'kibPerViewer', axis: 'KiB of memory per idle stream' },
  loads: 2,
  load: loadOf,
  excludes: () => undefined,
  async measure({ load, quick }) {
    const watching = loadOf(quick)
    const { readers } = watching
    const joined = { ...watching, watch: false, rooms: readers / PEOPLE_IN_A_ROOM }
    const viewers = await load(watching)
    const members = await load(joined)
    return {
      figures: {
        kibPerViewer: grownKib(viewers) / viewers.opened,
        kibPerMember: grownKib(members) / members.opened,
        // A server that reserves much at its start grows less.
        mibInAll: viewers.rssKiB.end / 1024,
        usPerConnect: microsecondsEach(viewers.connectServerSeconds, viewers.opened),
      },
      notes: [...faultsOf(watching, viewers), ...faultsOf(joined, members)],
    }
  },
}

/** @param {boolean} quick */
function loadOf(quick) {
  const readers = quick ? 100 : 10_000
  return { readers, watch: true, writers: 0, idle: true, warmS: quick ? 1 : 2, seconds: 1 }
}

/** @param {import('../generator.mjs').Outcome} outcome */
function grownKib({ rssKiB }) {
  return rssKiB.end - rssKiB.start
}
