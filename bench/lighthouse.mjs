// `npm run bench:lighthouse`: what Lighthouse says of Home, a page and a sheet, as a phone that has never been there:
// a processor four times as slow, 1.6 Mbit/s and 150 ms. Installs Lighthouse beside itself.
//
//   --quick             one visit of the sheet, for trying it only
//   --results folder    where the results go; bench/results by default
import { createServer } from 'node:net'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { install } from './alternatives.mjs'
import { Figures } from './figures.mjs'
import { withOffice } from './office.mjs'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    results: { type: 'string', default: join(import.meta.dirname, 'results') },
  },
})
const { quick, results } = values
const VISITS = quick ? 1 : 5
// Its types are installed with it.
const AUDIT = new URL('lighthouse/audit.mjs', import.meta.url).href
const ROUTES = { home: '/', page: '/pages/blank', sheet: '/sheets/blank' }

/**
 * What Lighthouse says of one visit.
 *
 * @typedef {object} Judgement
 * @property {number} score of 100
 * @property {Record<string, number>} times by name, in ms
 * @property {number} cls the layout shift
 * @property {number} benchmarkIndex how fast Lighthouse found the machine
 */

if (!install(join(import.meta.dirname, 'lighthouse'))) process.exit(1)
/** @type {{ audit: (url: string, port: number) => Promise<Judgement> }} */
const { audit } = await import(AUDIT)
const figures = new Figures()
const port = await freePort()
await withOffice(
  async ({ baseUrl, browser }) => {
    for (const [name, path] of Object.entries(ROUTES)) {
      if (!quick || name === 'sheet') await judge(name, `${baseUrl}${path}`)
    }
    figures.write(results, {
      name: 'lighthouse',
      title: 'The office on a phone',
      about:
        `Each address ${VISITS} times by Lighthouse’s phone, with an empty profile; the visit with the median score, ` +
        'and the least and the most.',
      quick,
      versions: `Chromium ${browser.version()}, Lighthouse 12.2.3`,
    })
  },
  [`--remote-debugging-port=${port}`],
)

/**
 * @param {string} name
 * @param {string} url
 */
async function judge(name, url) {
  const visits = []
  for (let n = 0; n < VISITS; n++) visits.push(await audit(url, port))
  visits.sort((a, b) => a.score - b.score)
  const median = visits[Math.floor(VISITS / 2)]
  const [worst, best] = [visits[0], visits.at(-1)]
  if (median === undefined || worst === undefined || best === undefined) return
  figures.note(`${name}: score`, 'of 100', {
    median: median.score,
    least: worst.score,
    most: best.score,
  })
  figures.note(`${name}: times`, 'ms', median.times)
  figures.note(`${name}: layout shift`, '', median.cls)
  figures.note(`${name}: the machine’s benchmark index`, '', median.benchmarkIndex)
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0))
    })
  })
}
