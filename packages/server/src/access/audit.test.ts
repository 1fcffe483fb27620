import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
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
    expect(readFileSync(`${file}.2`, 'utf8')[0]).toBe('x')
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
      audit.note(
        { as: 'edit link', account: `address ${n}` },
        { what: 'access', room: `flood-${n}`, viewLink: 'made' },
      ),
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

/** A folder with a full audit log, for several processes. */
function fullFolder() {
  const path = mkdtempSync(join(tmpdir(), 'whereabouts-audit-'))
  const file = join(path, 'audit.jsonl')
  writeFileSync(file, `${'x'.repeat(10_485_760)}\n`)
  const former = () => (existsSync(`${file}.1`) ? readFileSync(`${file}.1`, 'utf8') : '')
  const [lock, now] = [`${file}.lock`, () => readFileSync(file, 'utf8')]
  return { path, lock, former, now, [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}

it('[AD20] a full file is moved once, and no line is lost, whoever writes at the same time', async () => {
  using folder = fullFolder()
  const audits = Array.from({ length: 8 }, () => start(folder.path).audit)
  const notes = audits.flatMap((audit, who) =>
    Array.from({ length: 50 }, (_, count) =>
      audit.note(ADA, { what: 'delete', room: `${who}-${count}` }),
    ),
  )
  await Promise.all(notes)
  const [first, ...others] = (folder.former() + folder.now()).trim().split('\n')
  expect(first).toBe('x'.repeat(10_485_760))
  const rooms = others.map((line) => (JSON.parse(line) as AuditEntry).room)
  expect(new Set(rooms).size).toBe(400)
  expect(existsSync(folder.lock)).toBe(false)
})

it('[AD20] a process that was killed while it moved a file keeps nobody else from it', async () => {
  using folder = fullFolder()
  const { audit } = start(folder.path)
  mkdirSync(folder.lock)
  await audit.note(ADA, DELETION)
  expect(folder.former()).toBe('')
  expect(folder.now().trim().split('\n')).toHaveLength(2)
  const longAgoS = Date.now() / 1_000 - 60
  utimesSync(folder.lock, longAgoS, longAgoS)
  await audit.note(ADA, DELETION)
  await audit.note(ADA, DELETION)
  expect(folder.former()).not.toBe('')
})

it('[AD20] strangers can write so much and no more, and what is left out is counted', async () => {
  const entries: AuditEntry[] = []
  const { log } = start()
  let nowMs = 0
  const audit = new AuditLog(
    (entry) => entries.push(entry),
    undefined,
    log,
    () => nowMs,
  )
  const flood = (count: number, account: (n: number) => string) =>
    Promise.all(
      Array.from({ length: count }, (_, n) =>
        audit.note({ as: 'edit link', account: account(n) }, { what: 'access', room: 'r' }),
      ),
    )
  await flood(5_000, () => 'one')
  expect(entries).toHaveLength(10)
  await flood(5_000, (n) => `another ${n}`)
  expect(entries).toHaveLength(100)
  await audit.note(ADA, { what: 'access', room: 'r' })
  expect(entries).toHaveLength(101)
  nowMs = 60_000
  await flood(1, () => 'one')
  expect(entries.slice(101)).toMatchObject([{ leftOut: 9_900 }, { who: 'edit link' }])
  await flood(30, () => 'one')
  await audit.flush()
  expect(entries.at(-1)).toMatchObject({ leftOut: 21 })
  expect(JSON.stringify(entries)).not.toContain('account')
})

it('[AD23] says which entries are dropped when all files are full, and counts it', async () => {
  using folder = fullFolder()
  const { audit, lines } = start(folder.path)
  const file = join(folder.path, 'audit.jsonl')
  for (let number = 1; number <= 4; number++) writeFileSync(`${file}.${number}`, `${number}`)
  utimesSync(`${file}.4`, 1_700_000_000, 1_700_000_000)
  await audit.note(ADA, DELETION)
  expect(audit.droppedFiles).toBe(1)
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain('until 2023-11-14T22:13:20.000Z')
  const former = [1, 2, 3, 4].map((number) => readFileSync(`${file}.${number}`, 'utf8')[0])
  expect(former).toEqual(['x', '1', '2', '3'])
  expect(existsSync(`${file}.5`)).toBe(false)
  await audit.note(ADA, DELETION)
  expect(audit.droppedFiles).toBe(1)
})
