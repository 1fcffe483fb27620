import { parseArgs } from 'node:util'
import type { WhereaboutsOptions } from '@whereabouts/server'

/** The input and output of a command. */
export interface Arguments {
  /** The environment variables. */
  readonly options: WhereaboutsOptions
  readonly flags: Flags
  /** The arguments after the command's name. */
  readonly rest: readonly string[]
  /** Writes a line. */
  readonly print: (line: string) => void
  /** Writes bytes to the standard output. */
  readonly write: (bytes: Uint8Array) => void
}

export interface Flags {
  readonly all: boolean
  readonly json: boolean
  readonly dryRun: boolean
  readonly output: string | undefined
  /** A JSON file with the rooms of documents that get another name. */
  readonly names: string | undefined
  /** Whether the files to import have encoding version 2. */
  readonly v2: boolean
  /** 0 if it isn't set. */
  readonly olderThanMs: number
}

const DAY_MS = 86_400_000
const AGE = /^([1-9]\d{0,4})d$/

/** Parses a command line. @throws {Error} with the reason if it is invalid */
export function parse(args: readonly string[]): { flags: Flags; words: readonly string[] } {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      all: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      'dry-run': { type: 'boolean', default: false },
      output: { type: 'string', short: 'o' },
      names: { type: 'string' },
      v2: { type: 'boolean', default: false },
      'older-than': { type: 'string' },
    },
  })
  const { all, json, output, names, v2, 'dry-run': dryRun, 'older-than': age } = values
  const olderThanMs = age === undefined ? 0 : ageOf(age)
  return { flags: { all, json, dryRun, output, names, v2, olderThanMs }, words: positionals }
}

/** @throws {Error} that names the missing argument */
export function needed(rest: readonly string[], index: number, what: string): string {
  const word = rest[index]
  if (word === undefined) throw new Error(`say ${what}`)
  return word
}

function ageOf(text: string): number {
  const days = AGE.exec(text)?.[1]
  if (days === undefined) {
    throw new Error('say an age in days of at least 1d, such as --older-than 400d')
  }
  return Number(days) * DAY_MS
}
