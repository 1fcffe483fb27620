import type { Logger } from 'pino'

/** What closing may take beyond the time for goodbyes. */
const CLOSE_MS = 10_000

type Close = () => Promise<void>

/** Ends the process in order when an operator says so, with exit code 0. */
export function endOnSignals(close: Close, log: Logger): void {
  let isEnding = false
  const end = () => {
    if (isEnding) return
    isEnding = true
    void endAfter(close, log, 0)
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
}

/**
 * Ends the process in order, with exit code 1, on an uncaught error: nothing
 * that it holds can be trusted any more, and its readers are sent elsewhere.
 *
 * @param goodbyeMs over how long they are
 * @see PROTOCOL.md OP6
 */
export function endOnUncaught(close: Close, log: Logger, goodbyeMs: number): void {
  let isEnding = false
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught exception: the server shuts down')
    if (isEnding) return
    isEnding = true
    setTimeout(() => process.exit(1), goodbyeMs + CLOSE_MS)
    void endAfter(close, log, 1)
  })
}

async function endAfter(close: Close, log: Logger, code: number): Promise<void> {
  try {
    await close()
    process.exit(code)
  } catch (error) {
    log.error({ err: error }, 'the server did not shut down cleanly')
    process.exit(1)
  }
}
