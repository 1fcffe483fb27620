import type { Logger } from 'pino'

/** The time that closing may take in addition to the goodbyes. */
const CLOSE_MS = 10_000

type Close = () => Promise<void>

/** Shuts the process down cleanly on SIGINT or SIGTERM, with exit code 0. */
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
 * Shuts the process down with exit code 1 on an uncaught error. Its state can't be
 * trusted any more, so its readers are sent to other servers.
 *
 * @param goodbyeMs the time over which they are sent away
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
