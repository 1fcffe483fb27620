/**
 * What a page's main thread did.
 *
 * @typedef {object} Work
 * @property {number} busyMs all its tasks together
 * @property {number} longestMs its longest task
 * @property {number} longTasks how many took more than 50 ms
 */

/** @typedef {{ name: string, ph: string, ts: number, dur?: number, pid: number, tid: number, args?: { name?: string, data?: { frames?: { processId?: number, isOutermostMainFrame?: boolean }[] } } }} TraceEvent */

const CATEGORIES = ['disabled-by-default-devtools.timeline', 'devtools.timeline']
const LONG_MS = 50

/**
 * Traces a page's main thread while something happens.
 *
 * @template T
 * @param {import('playwright-core').Page} page
 * @param {() => Promise<T>} what
 * @returns {Promise<Work & { value: T }>}
 */
export async function traced(page, what) {
  const session = await page.context().newCDPSession(page)
  /** @type {TraceEvent[]} */
  const events = []
  session.on('Tracing.dataCollected', ({ value }) => {
    for (const event of value)
      events.push(/** @type {TraceEvent} */ (/** @type {unknown} */ (event)))
  })
  const traceConfig = { includedCategories: CATEGORIES, excludedCategories: ['*'] }
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig })
  const value = await what()
  const ended = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve))
  await session.send('Tracing.end')
  await ended
  await session.detach()
  return { ...workIn(events), value }
}

/** @param {readonly TraceEvent[]} events @returns {Work} */
function workIn(events) {
  const tasks = events.filter(({ name, ph }) => ph === 'X' && name === 'RunTask')
  const renderers = events.filter(
    ({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain',
  )
  const all = renderers.map(({ pid, tid }) =>
    tasks.flatMap((task) =>
      task.pid === pid && task.tid === tid ? [(task.dur ?? 0) / 1_000] : [],
    ),
  )
  const works = all.map((times) => ({
    busyMs: times.reduce((sum, ms) => sum + ms, 0),
    longestMs: Math.max(0, ...times.filter(Number.isFinite)),
    longTasks: times.filter((ms) => ms > LONG_MS).length,
  }))
  const [busiest] = works.toSorted((a, b) => b.busyMs - a.busyMs)
  return busiest ?? { busyMs: 0, longestMs: 0, longTasks: 0 }
}

/**
 * Profiles a page while something happens.
 *
 * @param {import('playwright-core').Page} page
 * @param {() => Promise<unknown>} what
 * @returns a profile for the browser's tools (`.cpuprofile`)
 */
export async function profiled(page, what) {
  const session = await page.context().newCDPSession(page)
  await session.send('Profiler.enable')
  await session.send('Profiler.setSamplingInterval', { interval: 500 })
  await session.send('Profiler.start')
  await what()
  const { profile } = await session.send('Profiler.stop')
  await session.detach()
  return profile
}
