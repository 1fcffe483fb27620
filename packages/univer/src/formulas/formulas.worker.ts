import { Allowance } from './allowance.js'
import { forgetRanges } from './bounded-engine.js'
import type { FromWorker, ToWorker } from './messages.js'
import { meterValues } from './meter.js'
import { Replica } from './replica.js'

const tell = (message: FromWorker): void => postMessage(message)

const allowance = new Allowance(forgetRanges)
meterValues(allowance)
const replica = new Replica(allowance, tell)

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => replica.take(data))

// Univer calculates in a promise that nobody awaits.
addEventListener('unhandledrejection', () => tell({ type: 'failed' }))
addEventListener('error', () => tell({ type: 'failed' }))
