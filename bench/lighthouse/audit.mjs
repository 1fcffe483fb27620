import lighthouse from 'lighthouse'

/** What is noted of a visit, by Lighthouse's names. */
const TIMES = {
  FCP: 'first-contentful-paint',
  LCP: 'largest-contentful-paint',
  TBT: 'total-blocking-time',
  'Speed Index': 'speed-index',
}

/**
 * Has Lighthouse visit an address as a phone that has never been there.
 *
 * @param {string} url
 * @param {number} port where the browser takes commands
 * @returns {Promise<import('../lighthouse.mjs').Judgement>}
 */
export async function audit(url, port) {
  const answer = await lighthouse(url, { port, logLevel: 'error', onlyCategories: ['performance'] })
  if (answer === undefined) throw new Error('Lighthouse gave no answer')
  const { audits, categories, environment, runtimeError } = answer.lhr
  if (runtimeError !== undefined) throw new Error(runtimeError.message)
  const valueOf = (/** @type {string} */ name) => audits[name]?.numericValue ?? NaN
  return {
    score: (categories['performance']?.score ?? NaN) * 100,
    times: Object.fromEntries(Object.entries(TIMES).map(([name, id]) => [name, valueOf(id)])),
    cls: valueOf('cumulative-layout-shift'),
    benchmarkIndex: environment.benchmarkIndex,
  }
}
