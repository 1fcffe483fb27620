import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type AuditEntry, AuditLog } from './audit.js'

const ADA = { by: 'ada' }
const DELETION = { what: 'delete', room: 'budget' }

function start(dataDir?: string) {
  const lines: string[] = []
  const take = (line: unknown) => void lines.push(String(line))
  const log = { info: take, warn: take, error: take }
  return { lines, audit: new AuditLog(undefined, dataDir, log), log }
}

it('[AD9] is a file of bounded size that only its owner can read', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'whereabouts-audit-'))
  try {
    const { audit } = start(join(folder, 'data'))
    const file = join(folder, 'data', 'audit.jsonl')
    void audit.note(ADA, DELETION)
    await audit.note({ by: `a\nb${'x'.repeat(1_000)}` }, DELETION)
    const [first, second] = readFileSync(file, 'utf8').trim().split('\n') as [string, string]
    expect(JSON.parse(first)).toEqual({ at: expect.any(String), who: 'user:ada', ...DELETION })
    const long = JSON.parse(second) as { who: string; cut: boolean }
    expect([long.who.length, long.cut]).toEqual([300, true])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    writeFileSync(file, 'x'.repeat(10_485_760))
    await audit.note(ADA, DELETION)
    expect(statSync(`${file}.1`).size).toBe(10_485_760)
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(2)
    writeFileSync(file, 'y'.repeat(10_485_760))
    await audit.note(ADA, DELETION)
    expect(readFileSync(`${file}.1`, 'utf8')[0]).toBe('y')
    expect(existsSync(`${file}.2`)).toBe(false)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it('[AD9] is in the log without a data folder, and where it can not be written', async () => {
  const { audit, lines, log } = start()
  await audit.note(ADA, DELETION)
  expect(lines).toEqual([expect.stringMatching(/^audit: \{"at":".*","who":"user:ada"/)])
  const throwing = () => {
    throw new Error('the disk is full')
  }
  await new AuditLog(throwing, undefined, log).note(ADA, DELETION)
  expect(lines[1]).toMatch(/could not be kept .*"who":"user:ada".*the disk is full/)
})

it('[AD9] keeps changes of access apart, so that they push out nothing else', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'whereabouts-audit-'))
  try {
    const { audit } = start(folder)
    await audit.note(ADA, DELETION)
    writeFileSync(join(folder, 'access.jsonl'), 'x'.repeat(10_485_760))
    const shares = Array.from({ length: 100 }, (_, n) =>
      audit.note({ as: 'edit link' }, { what: 'access', room: `flood-${n}`, viewLink: 'made' }),
    )
    await audit.flush()
    const kept = readFileSync(join(folder, 'access.jsonl'), 'utf8').trim().split('\n')
    const rooms = kept.map((line) => (JSON.parse(line) as { room: string }).room)
    expect(rooms).toEqual(shares.map((_, n) => `flood-${n}`))
    expect(readFileSync(join(folder, 'audit.jsonl'), 'utf8')).toContain('"what":"delete"')
    expect(existsSync(join(folder, 'audit.jsonl.1'))).toBe(false)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it('[AD9] tells a user by its prefix from what has no user', async () => {
  const entries: AuditEntry[] = []
  const { log } = start()
  const audit = new AuditLog((entry) => void entries.push(entry), undefined, log)
  await audit.note({ as: 'operator' }, DELETION)
  await audit.note({ by: 'operator' }, DELETION)
  await audit.note({ by: 'x'.repeat(255) }, DELETION)
  expect(entries.map(({ who }) => who)).toEqual([
    'operator',
    'user:operator',
    `user:${'x'.repeat(255)}`,
  ])
})
