import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type DocumentFiles, type FileCall, type Log, Problem } from '@whereabouts/server'
import { ConversionLine } from './conversion-line.js'
import type { Conversion, Converted } from './conversion.js'

const PROGRAM = fileURLToPath(new URL('./conversion.js', import.meta.url))
const KINDS: ReadonlyMap<string, Conversion['kind']> = new Map([
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx'],
  ['text/csv', 'csv'],
  ['text/tab-separated-values', 'tsv'],
])
const MAX_BYTES = 16_777_216
const MOST_PLACES = 8
/** A file of 100,000 cells takes a second or two. Less than others wait for their turn. */
const WITHIN_MS = 25_000
/** Of V8's heap. */
const MEMORY_MB = 768

/**
 * Reads and writes spreadsheets' files in processes of their own, one after the other, within bounds of time and
 * memory: a stranger's file must not stop the server. A thread wouldn't do, because one that asks for much memory
 * at once, such as for a long text, ends the whole process in spite of its limits.
 *
 * @see FILES.md FL15, FL16, FL17, FL18
 */
export class SheetFiles implements DocumentFiles {
  readonly types = [...KINDS.keys()]
  readonly maxBytes = MAX_BYTES
  readonly #line = new ConversionLine(MOST_PLACES)

  constructor(private readonly log: Log) {}

  readonly read = (type: string, bytes: Uint8Array, call: FileCall): Promise<Uint8Array> =>
    this.#convert({ direction: 'read', kind: KINDS.get(type)!, bytes }, call)

  readonly write = (type: string, bytes: Uint8Array, call: FileCall): Promise<Uint8Array> =>
    this.#convert({ direction: 'write', kind: KINDS.get(type)!, bytes }, call)

  async #convert(conversion: Conversion, { account, signal }: FileCall): Promise<Uint8Array> {
    const convert = () => this.#inProcess(conversion, signal)
    const answer = await this.#line.take(account, signal, convert)
    if ('sentence' in answer) throw new Problem('bad-update', answer.sentence)
    return answer.bytes
  }

  /** Resolves once the process has ended, so that two never take memory at the same time. */
  #inProcess(conversion: Conversion, signal: AbortSignal): Promise<Converted> {
    return new Promise((resolve, reject) => {
      const child = fork(PROGRAM, {
        execArgv: [`--max-old-space-size=${MEMORY_MB}`],
        // Nothing of the server's settings, such as its secret.
        env: {},
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
        signal,
        timeout: WITHIN_MS,
        killSignal: 'SIGKILL',
      })
      let answer: Converted | undefined
      let failure: Error | undefined
      child.once('message', (said: Converted) => (answer = said))
      // There may be several, such as when it ends before it has taken the file.
      child.on('error', (error) => (failure ??= error))
      child.once('close', (code, ended) => {
        if (answer !== undefined) return resolve(answer)
        if (signal.aborted) return reject(signal.reason)
        const how = failure?.message ?? `its process ended with ${code ?? ended}`
        reject(ended === null ? new Error(`a file wasn't converted: ${how}`) : this.#tooCostly(how))
      })
      child.send(conversion)
    })
  }

  #tooCostly(how: string): Problem {
    this.log.warn(`a file couldn't be converted: ${how}`)
    const detail = 'This file takes too long, or too much memory. Split it.'
    return new Problem('bad-update', detail, { reason: 'too-costly' })
  }
}
