import type { Logger } from 'pino'

/** What has to be closed. */
interface Closable {
  close(): Promise<void>
}

/** What closing may take beyond the time for goodbyes. */
const CLOSE_MS = 10_000

/**
 * Ends the process in order, with exit code 1, when something throws that nobody catches: nothing
 * that it holds can be trusted any more, and its readers are sent elsewhere.
 *
 * @param goodbyeMs over how long they are
 * @see PROTOCOL.md OP6
 */
export function endOnUncaught(app: Closable, log: Logger, goodbyeMs: number): void {
  let isEnding = false
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'an exception that nobody caught: the server says goodbye and ends')
    if (isEnding) return
    isEnding = true
    void end(app, log, goodbyeMs)
  })
}

async function end(app: Closable, log: Logger, goodbyeMs: number): Promise<void> {
  setTimeout(() => process.exit(1), goodbyeMs + CLOSE_MS)
  try {
    await app.close()
  } catch (error) {
    log.error({ err: error }, 'the server did not end in order')
  }
  process.exit(1)
}
