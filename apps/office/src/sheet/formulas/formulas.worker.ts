import {
  CommandType,
  ICommandService,
  IUniverInstanceService,
  UniverInstanceType,
  type IWorkbookData,
} from '@univerjs/core'
import { FormulaDataModel, SetArrayFormulaDataMutation } from '@univerjs/engine-formula'
import { Allowance } from './allowance.js'
import { forgetRanges, startEngine } from './bounded-engine.js'
import type { Arrays, FromWorker, Mutation, ToWorker } from './messages.js'
import { meterValues } from './meter.js'
import { readOutcome } from './outcome.js'
import { RunCourse } from './run-course.js'

const tell = (message: FromWorker): void => postMessage(message)

const allowance = new Allowance(forgetRanges)
const course = new RunCourse(tell)
const injector = startEngine(allowance, course)
const commands = injector.get(ICommandService)
/** What came while formulas are calculated: they all see the workbook as it was when they began. */
const waiting: ToWorker[] = []
let isCalculating = false

meterValues(allowance)

commands.onCommandExecuted(({ id, type, params }, options) => {
  if (type !== CommandType.MUTATION || options?.['fromSync'] === true) return
  const message = readOutcome({ id, params: params ?? {} })
  if (message === null) return
  // It is all of them, each time.
  if (id === SetArrayFormulaDataMutation.id && !course.spills.isChanged) return
  tell(message)
  if (message.type === 'done') setTimeout(goOn)
})

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (isCalculating) waiting.push(data)
  else take(data)
})

// Univer calculates in a promise that nobody waits for.
addEventListener('unhandledrejection', () => tell({ type: 'failed' }))
addEventListener('error', () => tell({ type: 'failed' }))

function take(message: ToWorker): void {
  switch (message.type) {
    case 'open':
      return open(message.workbook, message.arrays)
    case 'mutate':
      return mutate(message.mutation)
    case 'calculate':
      isCalculating = true
      course.start(message.refused, message.most)
      course.spills.begin(injector.get(FormulaDataModel).getArrayFormulaRange())
      allowance.beginRun()
      return mutate(message.mutation)
  }
}

function open(workbook: IWorkbookData, arrays: Arrays): void {
  injector.get(IUniverInstanceService).createUnit(UniverInstanceType.UNIVER_SHEET, workbook)
  const model = injector.get(FormulaDataModel)
  model.setArrayFormulaRange(arrays.arrayFormulaRange)
  model.setArrayFormulaCellData(arrays.arrayFormulaCellData)
}

function mutate({ id, params }: Mutation): void {
  commands.syncExecuteCommand(id, params, { onlyLocal: true, fromSync: true })
}

function goOn(): void {
  isCalculating = false
  while (!isCalculating && waiting.length > 0) take(waiting.shift()!)
}
