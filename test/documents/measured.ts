import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { within } from 'whereabouts-conformance/deadline'

const SERVER = fileURLToPath(new URL('measured.server.mjs', import.meta.url))
const START_MS = 20_000

/** A server's report since the previous request. */
export interface Measured {
  /** The longest time for which the server blocked its event loop. */
  readonly heldUpMs: number
  /** The same, including time in which other processes had the processor. */
  readonly lateMs: number
  readonly rssBytes: number
}

/** A server in its own process that reports on request. */
export interface MeasuredServer extends AsyncDisposable {
  readonly baseUrl: string
  measure(): Promise<Measured>
}

export async function startMeasured(place: { readonly dataDir?: string }): Promise<MeasuredServer> {
  const server = fork(SERVER, [JSON.stringify(place)])
  const answer = async () => {
    const [message] = (await within(once(server, 'message'), 'an answer', START_MS)) as [unknown]
    return message
  }
  const { baseUrl } = (await answer()) as { readonly baseUrl: string }
  return {
    baseUrl,
    async measure() {
      const measured = answer()
      server.send('measure')
      return (await measured) as Measured
    },
    async [Symbol.asyncDispose]() {
      const ended = once(server, 'exit')
      server.disconnect()
      await within(ended, 'the end of the server', START_MS)
    },
  }
}
