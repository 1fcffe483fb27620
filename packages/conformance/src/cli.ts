#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { askExtras, askHello } from './hello.js'
import { check } from './check.js'
import { hasFailed, reportLines } from './report.js'
import type { TestOutcome } from './results.js'
import type { Settings } from './suite.js'

const HELP = `Checks a server against the rules of the whereabouts protocol.

  whereabouts-conformance --url http://127.0.0.1:3000

  --url URL              where the server is; without a path
  --only ST,MB3          only these rules, or all with these first letters
  --rooms-prefix TEXT    what the names of the rooms begin with that the tests make;
                         tests of names and of the article's calls use other rooms as well
  --setting NAME=NUMBER  a setting of the server that it doesn't say itself, such as
                         soonMs=1000; may be given several times
  --help                 this text

Prints a line for each rule: passed, failed, in part (some tests couldn't be run) or
not checked (none could), and why. Until then, it prints each test that fails to stderr.
A test that waits in vain takes 15 s: begin with few rules, such as --only ST3,ST4.
Exits with 1 if a rule failed, with 2 if nothing could be checked.
`

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
})

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      only: { type: 'string' },
      'rooms-prefix': { type: 'string', default: '' },
      setting: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return void process.stdout.write(HELP)
  const only = values.only?.split(',').map(readId) ?? []
  const roomsPrefix = readPrefix(values['rooms-prefix'])
  const baseUrl = readUrl(values.url)
  const settings = Object.fromEntries(values.setting.map(readSetting)) as Settings
  const said = await askHello(baseUrl, `${roomsPrefix}hello`)
  const address = { ...said, ...(await askExtras(baseUrl)), baseUrl, settings }
  const results = await check(address, { only, roomsPrefix, told: tellFailed })
  if (results.length === 0) throw new Error(`--only: the suite has no rule ${values.only}`)
  process.stdout.write(`${reportLines(results).join('\n')}\n`)
  // Overrides the runner, which counts unchecked rules as failed.
  process.exitCode = hasFailed(results) ? 1 : 0
}

/** A test that waits in vain takes 15 s, so a server that has just been begun would be silent for very long. */
function tellFailed(id: string, { test, state }: TestOutcome): void {
  if (state === 'failed') process.stderr.write(`${id} failed: ${test}\n`)
}

function readUrl(text: string | undefined): string {
  if (text === undefined) throw new Error('--url is missing; --help says more')
  const { origin, pathname, search, hash } = new URL(text)
  const isBare = `${pathname}${search}${hash}` === '/'
  if (/^https?:/.test(origin) && isBare) return origin
  throw new Error('--url is http:// or https://, host and port, and nothing else')
}

function readId(text: string): string {
  if (/^[A-Z]{2}\d*$/.test(text)) return text
  throw new Error(`--only: ${text} is no rule; ST3 is one, and ST stands for all that begin so`)
}

/** Checks the prefix. A test's own name follows it, and both together must be a valid room name. */
function readPrefix(text: string): string {
  if (/^[A-Za-z0-9._:~-]{0,64}$/.test(text)) return text
  throw new Error('--rooms-prefix is at most 64 characters of A-Z a-z 0-9 . _ : ~ -')
}

function readSetting(text: string): [name: string, value: number] {
  const [, name = '', value] = /^([a-z][A-Za-z]*)=(\d+)$/.exec(text) ?? []
  if (value === undefined) throw new Error(`--setting: ${text} is not NAME=NUMBER`)
  return [name, Number(value)]
}
