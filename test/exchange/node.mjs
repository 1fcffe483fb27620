// A node in its own process, to be killed and stopped. Prints each event that it receives.
import { openRedis } from '../../packages/server/dist/exchange/redis.js'

const [, , url = '', room = ''] = process.argv
/** A codec for operations that are strings. */
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
    // A node stopped before the answer arrives doesn't know that the others received the batch.
    Promise.resolve()
      .then(() => following.append([JSON.stringify(exchange.node)]))
      .catch(() => say('unsure'))
  },
  batch: ({ operations }) => say(`batch ${operations.join(' ')}`),
  lost: () => say('lost'),
})
say(`node ${exchange.node}`)
// Ends together with its parent process.
process.stdin.resume().on('end', () => process.exit())
