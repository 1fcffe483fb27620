import {
  ICommandService,
  IUniverInstanceService,
  UniverInstanceType,
  type ICellData,
  type IWorkbookData,
  type Workbook,
} from '@univerjs/core'
import {
  SetFormulaCalculationNotificationMutation,
  SetFormulaCalculationStartMutation,
  type ISetFormulaCalculationNotificationMutation,
} from '@univerjs/engine-formula'
import { beforeEach, describe, expect, it } from 'vitest'
import { Allowance } from './allowance.js'
import { forgetRanges, startEngine } from './bounded-engine.js'
import { BOUNDS } from './bounds.js'
import type { FormulaCell } from './messages.js'
import { meterValues } from './meter.js'
import { RunCourse } from './run-course.js'

const TOO_MUCH = '#CALC!'

/** Returns the processor time of this process, which doesn't depend on how busy the machine is. */
function usedMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

// Four makes the tests shorter; with 0 no formula takes any time.
let clockRate = 4
beforeEach(() => {
  clockRate = 4
})
const allowance = new Allowance(forgetRanges, () => clockRate * usedMs())
meterValues(allowance)

interface Calculated {
  /** The results in column A, from the top. */
  readonly results: readonly ICellData['v'][]
  /** The rows of the formulas that were started, in order. */
  readonly begun: readonly number[]
  /** Whether a formula's result covers more than its own cell. */
  readonly isSpilled: boolean
}

/** Calculates formulas, each in its own row of column A. */
async function calculate(
  formulas: readonly string[],
  { refused = [] as number[], most = Infinity } = {},
): Promise<Calculated> {
  const begun: number[] = []
  const course = new RunCourse((message) => {
    if (message.type === 'at' && message.cell !== null) begun.push(message.cell.row)
  })
  const injector = startEngine(allowance, course)
  const workbook = injector
    .get(IUniverInstanceService)
    .createUnit<IWorkbookData, Workbook>(UniverInstanceType.UNIVER_SHEET, workbookOf(formulas))
  const commands = injector.get(ICommandService)
  const done = new Promise<void>((resolve) => {
    commands.onCommandExecuted(({ id, params }) => {
      if (id !== SetFormulaCalculationNotificationMutation.id) return
      const { stageInfo } = params as ISetFormulaCalculationNotificationMutation
      if (stageInfo === undefined) resolve()
    })
  })
  course.start(
    refused.map((row): FormulaCell => ({ unit: 'w', sheet: 's', row, column: 0 })),
    most,
  )
  allowance.beginRun()
  commands.syncExecuteCommand(SetFormulaCalculationStartMutation.id, { forceCalculation: true })
  await done
  const matrix = workbook.getSheetBySheetId('s')!.getCellMatrix()
  return {
    results: formulas.map((_, row) => matrix.getValue(row, 0)?.v),
    begun,
    isSpilled: course.spills.isChanged,
  }
}

function workbookOf(formulas: readonly string[]): IWorkbookData {
  const cellData = Object.fromEntries(formulas.map((f, row) => [row, { 0: { f } }]))
  const sheet = { id: 's', name: 'S', rowCount: 100_000, columnCount: 5_000, cellData }
  return { id: 'w', sheetOrder: ['s'], sheets: { s: sheet } } as unknown as IWorkbookData
}

describe('a formula that exceeds its allowance', () => {
  it.each([
    ['an array that a lambda makes', '=SUM(MAKEARRAY(5000,5000,LAMBDA(r,c,r*c)))'],
    [
      'arrays within arrays',
      '=SUM(MAKEARRAY(99,99,LAMBDA(r,c,SUM(MAKEARRAY(999,999,LAMBDA(x,y,x))))))',
    ],
    ['an array of numbers', '=SUM(SEQUENCE(9000,1000))'],
    ['an array of random numbers', '=SUM(RANDARRAY(9000,1000))'],
    ['an array that grows', '=SUM(EXPAND(1,9000,1000,0))'],
    ['a reduction', '=REDUCE(0,SEQUENCE(2000,1000),LAMBDA(a,b,a+b))'],
    ['a range of everything', '=SUMPRODUCT(B1:FZZ100000*2)'],
    ['a text', '=REPT("x",32767)&REPT("x",32767)'],
    ['many texts', '=SUM(LEN(MAKEARRAY(2000,1,LAMBDA(r,c,REPT("x",30000)&r))))'],
    ['a text that doubles', `=LEN(${'SUBSTITUTE('.repeat(17)}"x"${',"x","xx")'.repeat(17)})`],
    ['nested brackets', `=${'ABS('.repeat(1_100)}1${')'.repeat(1_100)}`],
    ['a long sum', `=${'1+'.repeat(4_000)}1`],
    ['its result', '=SEQUENCE(500,500)'],
  ])('[SH51] is an error, and all others are calculated: %s', async (_, formula) => {
    const { results } = await calculate(['=1+1', formula, '=A1+1', '=A2&""', '=IFERROR(A2,"none")'])
    expect(results).toEqual([2, TOO_MUCH, 3, TOO_MUCH, 'none'])
  })

  it('[SH51] gets its whole allowance again when it is calculated again', async () => {
    const slow = '=SUM(MAKEARRAY(9999,9999,LAMBDA(r,c,r*c)))'
    const { results } = await calculate([slow, slow, '=SUM(MAKEARRAY(9,9,LAMBDA(r,c,r*c)))'])
    expect(results).toEqual([TOO_MUCH, TOO_MUCH, 2_025])
  })

  it('[SH51] is not one that takes a lot within its allowance', async () => {
    // What counts here is how much it makes, not how fast this machine is.
    clockRate = 0
    const { results } = await calculate([
      '=SUM(MAKEARRAY(300,300,LAMBDA(r,c,1)))',
      '=LEN(REPT("x",25000)&REPT("x",25000))',
      '=SUM(SEQUENCE(50000,5))',
      `=${'1+'.repeat(900)}1`,
      '=REDUCE(0,SEQUENCE(10000),LAMBDA(a,b,a+b))',
    ])
    expect(results).toEqual([90_000, BOUNDS.textCharacters, 31_250_125_000, 901, 50_005_000])
  })
})

describe('a calculated reference', () => {
  it('[SH95] may have more cells than a formula’s result', async () => {
    const { results, isSpilled } = await calculate(['=SUM(OFFSET(B1,0,0,500,500))', '=1+1'])
    expect(results).toEqual([0, 2])
    expect(isSpilled).toBe(false)
    expect(await calculate(['=SEQUENCE(2)'])).toMatchObject({ results: [1], isSpilled: true })
  })
})

describe('a formula at which a worker was terminated', () => {
  it('[SH53] is not calculated again, and others are', async () => {
    const { results, begun } = await calculate(['=1+1', '=2+2', '=A2+1'], { refused: [1] })
    expect(results).toEqual([2, TOO_MUCH, TOO_MUCH])
    expect(begun).not.toContain(1)
  })

  it('[SH53] is the last one to be calculated in the last attempt', async () => {
    const formulas = ['=1+1', '=2+2', '=3+3', '=4+4']
    const { begun } = await calculate(formulas)
    const { results } = await calculate(formulas, { most: 2 })
    const tried = new Set(begun.slice(0, 2))
    expect(results).toEqual([2, 4, 6, 8].map((value, row) => (tried.has(row) ? value : TOO_MUCH)))
  })
})
