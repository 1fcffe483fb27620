// A node that is a process of its own, to be killed and stopped. Says what it is told, a line each.
import { openRedis } from '../../packages/server/dist/exchange/redis.js'

const [, , url = '', room = ''] = process.argv
/** Operations that are texts. */
const codec = {
  /** @param {string} operation */
  write: (operation) => JSON.stringify(operation),
  /** @param {string} text @returns {string} */
  read: (text) => JSON.parse(text),
}
const exchange = openRedis(url, codec)
/** @param {string} what */
const say = (what) => process.stdout.write(`${what}\n`)

const following = exchange.follow(room, {
  begin() {
    say('begin')
    // Who is stopped before the answer comes doesn't know that the others heard it.
    Promise.resolve()
      .then(() => following.append([JSON.stringify(exchange.node)]))
      .catch(() => say('unsure'))
  },
  batch: ({ operations }) => say(`batch ${operations.join(' ')}`),
  lost: () => say('lost'),
})
say(`node ${exchange.node}`)
// Ends with whoever started it.
process.stdin.resume().on('end', () => process.exit())
