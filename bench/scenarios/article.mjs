import { faultsOf } from '../stage.mjs'

const PEOPLE = 500
const IN_A_ROOM = 5

/** The headers that a browser sends with every request, including a WebSocket handshake. */
const BROWSER = [
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'Accept-Encoding: gzip, deflate, br, zstd',
  'Accept-Language: en-US,en;q=0.9',
  'Referer: https://sheets.example.org/budget',
  'Sec-Fetch-Dest: empty',
  'Sec-Fetch-Mode: cors',
  'Sec-Fetch-Site: same-origin',
  'sec-ch-ua: "Chromium";v="140", "Not=A?Brand";v="24"',
  'sec-ch-ua-mobile: ?0',
  'sec-ch-ua-platform: "Linux"',
]

/** @type {import('./index.mjs').Scenario} */
export const article = {
  name: 'article',
  title: 'Polling, WebSocket or Server-Sent Events: the same presence three ways',
  about:
    `${PEOPLE} people in rooms of ${IN_A_ROOM}, each of whom moves once in 4 seconds, with the headers that ` +
    'a browser sends. The cost of one person per minute, and how long the others wait to see a move.',
  columns: [
    {
      key: 'requests',
      title: 'requests or messages',
      unit: 'per person and minute',
      best: 'least',
    },
    {
      key: 'kilobytes',
      title: 'on the wire, both ways',
      unit: 'kB per person and minute',
      best: 'least',
    },
    { key: 'cpuMs', title: 'server', unit: 'ms per person and minute', best: 'least' },
    { key: 'p50', title: 'seen after, p50', unit: 'ms', best: 'least' },
    { key: 'p99', title: 'p99', unit: 'ms', best: 'least' },
  ],
  plot: { kind: 'bars', key: 'kilobytes', axis: 'kB per person and minute' },
  loads: 1,
  load: loadOf,
  among: ['polling', 'polling-since', 'whereabouts', 'nest-fastify', 'socket.io', 'ws'],
  excludes: () => undefined,
  async measure({ load, quick }) {
    const asked = loadOf(quick)
    const outcome = await load(asked)
    const personMinutes = (asked.readers * outcome.seconds) / 60
    return {
      figures: {
        requests: outcome.requests / personMinutes,
        kilobytes: (outcome.bytesIn + outcome.bytesOut) / 1_000 / personMinutes,
        cpuMs: (outcome.serverSeconds * 1_000) / personMinutes,
        p50: outcome.latencyMs.p50,
        p99: outcome.latencyMs.p99,
      },
      notes: faultsOf(asked, outcome),
    }
  },
}

/** @param {boolean} quick */
function loadOf(quick) {
  const people = quick ? 50 : PEOPLE
  return {
    readers: people,
    writers: people,
    rooms: people / IN_A_ROOM,
    rate: 0.25,
    pollS: 1,
    headers: BROWSER,
    warmS: quick ? 1 : 3,
    // Long enough to include a few heartbeats.
    seconds: quick ? 4 : 20,
  }
}
