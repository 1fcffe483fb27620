import { Worker } from 'node:worker_threads'
import { type DocumentFiles, type Log, Problem } from '@whereabouts/server'
import type { Conversion, Converted } from './worker.js'

const WORKER = new URL('./worker.js', import.meta.url)
const KINDS: ReadonlyMap<string, Conversion['kind']> = new Map([
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx'],
  ['text/csv', 'csv'],
  ['text/tab-separated-values', 'tsv'],
])
const MAX_BYTES = 16_777_216
/** A file of 100,000 cells takes a second or two. */
const WITHIN_MS = 30_000
const MEMORY = { maxOldGenerationSizeMb: 768, maxYoungGenerationSizeMb: 64 }
const MOST_WAITING = 8

/**
 * Reads and writes spreadsheets' files in a thread of its own, one after the other, within bounds of time and
 * memory: a stranger's file must not stop the server.
 *
 * @see FILES.md FL15, FL16, FL17
 */
export class SheetFiles implements DocumentFiles {
  readonly types = [...KINDS.keys()]
  readonly maxBytes = MAX_BYTES
  #waiting = 0
  #last: Promise<unknown> = Promise.resolve()

  constructor(private readonly log: Log) {}

  readonly read = (type: string, bytes: Uint8Array): Promise<Uint8Array> =>
    this.#convert({ direction: 'read', kind: KINDS.get(type)!, bytes })

  readonly write = (type: string, bytes: Uint8Array): Promise<Uint8Array> =>
    this.#convert({ direction: 'write', kind: KINDS.get(type)!, bytes })

  #convert(conversion: Conversion): Promise<Uint8Array> {
    if (this.#waiting >= MOST_WAITING) {
      const detail = 'Too many files are being converted. Try again in a moment.'
      throw new Problem('too-many-connections', detail)
    }
    this.#waiting += 1
    const converted = this.#last.then(() => this.#inThread(conversion))
    this.#last = converted.catch(() => {}).finally(() => (this.#waiting -= 1))
    return converted
  }

  async #inThread(conversion: Conversion): Promise<Uint8Array> {
    const answer = await this.#answered(conversion)
    if ('sentence' in answer) throw new Problem('bad-update', answer.sentence)
    return answer.bytes
  }

  #answered(conversion: Conversion): Promise<Converted> {
    return new Promise((resolve, reject) => {
      const worker = new Worker(WORKER, { workerData: conversion, resourceLimits: MEMORY })
      const giveUp = (error?: Error) => {
        if (error !== undefined) this.log.warn(`a file couldn't be converted: ${error.message}`)
        const detail = 'This file takes too long, or too much memory. Split it.'
        reject(new Problem('bad-update', detail, { reason: 'too-costly' }))
        void worker.terminate()
      }
      const limit = setTimeout(giveUp, WITHIN_MS)
      worker.once('message', resolve)
      worker.once('error', giveUp)
      worker.once('exit', () => {
        clearTimeout(limit)
        giveUp()
      })
    })
  }
}
