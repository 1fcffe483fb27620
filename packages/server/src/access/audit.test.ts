import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { AuditLog } from './audit.js'

const DELETION = { who: 'ada', what: 'delete', room: 'budget' }

function start(dataDir?: string) {
  const lines: string[] = []
  const take = (line: unknown) => void lines.push(String(line))
  const log = { info: take, warn: take, error: take }
  return { lines, audit: new AuditLog(undefined, dataDir, log), log }
}

it('[AD9] is a file of bounded size that only its owner can read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'whereabouts-audit-'))
  try {
    const { audit } = start(join(folder, 'data'))
    const file = join(folder, 'data', 'audit.jsonl')
    audit.note(DELETION)
    audit.note({ ...DELETION, who: `a\nb${'x'.repeat(1_000)}` })
    const [first, second] = readFileSync(file, 'utf8').trim().split('\n') as [string, string]
    expect(JSON.parse(first)).toEqual({ at: expect.any(String), ...DELETION })
    expect((JSON.parse(second) as { who: string }).who).toHaveLength(256)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    writeFileSync(file, 'x'.repeat(10_485_760))
    audit.note(DELETION)
    expect(statSync(`${file}.1`).size).toBe(10_485_760)
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(2)
    writeFileSync(file, 'y'.repeat(10_485_760))
    audit.note(DELETION)
    expect(readFileSync(`${file}.1`, 'utf8')[0]).toBe('y')
    expect(existsSync(`${file}.2`)).toBe(false)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it('[AD9] is in the log without a data folder, and where it can not be written', () => {
  const { audit, lines, log } = start()
  audit.note(DELETION)
  expect(lines).toEqual([expect.stringMatching(/^audit: \{"at":".*","who":"ada"/)])
  const throwing = () => {
    throw new Error('the disk is full')
  }
  new AuditLog(throwing, undefined, log).note(DELETION)
  expect(lines[1]).toMatch(/could not be kept .*"who":"ada".*the disk is full/)
})
