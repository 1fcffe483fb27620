import { faultsOf, microsecondsPerUpdate } from '../stage.mjs'

const READERS = 900
const SLOW = 100
const QUICK = { readers: 50, slow: 5 }

/** @type {import('./index.mjs').Scenario} */
export const slowReaders = {
  name: 'slow-readers',
  title: 'Slow readers: one in ten never reads',
  about:
    `One person sends 1,000 bytes 20 times a second to ${READERS} readers, first alone and then with ` +
    `${SLOW} more whose sockets are open but who never read. How much memory the server needs for each ` +
    'of those, and how they affect the others.',
  columns: [
    { key: 'kibPerSlow', title: 'memory per reader that never reads', unit: 'KiB', best: 'least' },
    { key: 'p99', title: 'p99 of the others', unit: 'ms', best: 'least' },
    { key: 'p99Alone', title: 'p99 without slow readers', unit: 'ms', best: 'least' },
    { key: 'usPerUpdate', title: 'server, per update delivered', unit: 'µs', best: 'least' },
    { key: 'closed', title: 'streams closed by the server', unit: '' },
  ],
  plot: { kind: 'bars', key: 'kibPerSlow', axis: 'KiB of memory per reader that never reads' },
  loads: 1.5,
  load: loadOf,
  among: [
    'whereabouts',
    'whereabouts-express',
    'whereabouts-fastify',
    'nest-express',
    'nest-fastify',
    'better-sse',
    'socket.io',
    'ws',
    'nchan',
    'bare',
  ],
  excludes: () => undefined,
  async measure({ load, quick }) {
    const all = loadOf(quick)
    const { slow, ...rest } = all
    const without = { ...rest, readers: all.readers - slow, seconds: quick ? 1 : 8 }
    const alone = await load(without)
    const beside = await load(all)
    const closed = { ...beside, closed: 0 }
    return {
      figures: {
        kibPerSlow: Math.max(0, grownKib(beside) - grownKib(alone)) / slow,
        p99: beside.latencyMs.p99,
        p99Alone: alone.latencyMs.p99,
        usPerUpdate: microsecondsPerUpdate(beside),
        closed: beside.closed,
      },
      notes: [...faultsOf(without, alone), ...faultsOf(all, closed)],
    }
  },
}

/** @param {boolean} quick */
function loadOf(quick) {
  const { readers, slow } = quick ? QUICK : { readers: READERS, slow: SLOW }
  return {
    readers: readers + slow,
    slow,
    receiveBufferBytes: 4_096,
    watch: true,
    writers: 1,
    rate: 20,
    padBytes: 940,
    warmS: quick ? 1 : 3,
    seconds: quick ? 1 : 15,
  }
}

/** @param {import('../generator.mjs').Outcome} outcome */
function grownKib({ rssKiB }) {
  return rssKiB.end - rssKiB.connected
}
