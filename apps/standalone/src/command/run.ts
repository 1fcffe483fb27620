import { resolve } from 'node:path'
import { backUp, restore } from '@whereabouts/server/operate'
import { readSettings } from '../settings.js'
import { type Arguments, needed, parse } from './arguments.js'
import { note } from './note.js'
import {
  deleteDocument,
  exportDocuments,
  importDocuments,
  list,
  retain,
  setOwner,
} from './documents.js'
import { migrateDocuments } from './migrate.js'

const USAGE = `Usage: whereabouts [command]

Without a command, starts the server. Commands take the same settings from the environment:
WHEREABOUTS_DATA, DATABASE_URL, REDIS_URL, and WHEREABOUTS_SECRET with REDIS_URL.

  documents list [--json]
  documents export <room> [--output <file>]
  documents export --all <folder>
  documents import <room> <file> [--v2]
  documents import --all <folder> [--v2]
  An .xlsx, .xls, .ods, .csv or .tsv file is imported as a sheet. With --output, a sheet is exported as .xlsx, .csv or .tsv.
  documents migrate <y-leveldb|y-websocket|hocuspocus|y-redis> <store> [--names <file>] [--dry-run]
  documents delete <room>
  documents owner <room> <user id>
  retention --older-than <days>d [--dry-run]
  backup <file>
  restore <file>
`

type Command = (given: Arguments) => Promise<void>

const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ['documents list', list],
  ['documents export', exportDocuments],
  ['documents import', importDocuments],
  ['documents migrate', migrateDocuments],
  ['documents delete', deleteDocument],
  ['documents owner', setOwner],
  ['retention', retention],
  ['backup', backUpFile],
  ['restore', restoreFile],
])

/** Runs the command that the arguments name. Returns the exit code. */
export async function runCommand(args: readonly string[]): Promise<number> {
  try {
    if (args.includes('--help')) {
      process.stdout.write(USAGE)
      return 0
    }
    const { flags, words } = parse(args)
    const found = findCommand(words)
    if (found === undefined) {
      process.stderr.write(`whereabouts: there is no command ${JSON.stringify(words.join(' '))}\n`)
      process.stdout.write(USAGE)
      return 2
    }
    const { options } = readSettings()
    const { command, rest } = found
    await command({
      options,
      flags,
      rest,
      print: printLine,
      write: (bytes) => process.stdout.write(bytes),
    })
    return 0
  } catch (error) {
    process.stderr.write(`whereabouts: ${reasonOf(error)}\n`)
    return 1
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, path } = error as NodeJS.ErrnoException
  if (code === 'ENOENT' && path !== undefined) return `there is no file or folder ${resolve(path)}`
  return error.message
}

function findCommand(words: readonly string[]) {
  for (const count of [2, 1]) {
    const command = COMMANDS.get(words.slice(0, count).join(' '))
    if (command !== undefined) return { command, rest: words.slice(count) }
  }
  return undefined
}

async function retention(given: Arguments): Promise<void> {
  if (given.flags.olderThanMs === 0) throw new Error('say an age, such as --older-than 400d')
  await retain(given)
}

async function backUpFile({ options, rest, print }: Arguments): Promise<void> {
  const file = needed(rest, 0, 'the file to write')
  const dataDir = fileStore(options, (url) => `pg_dump --format=custom --file=${file} "${url}"`)
  backUp(dataDir, file)
  await note(options, { what: 'backup' })
  print(`backed up to ${file}. Keep a copy of ${dataDir}/secret as well; it never changes.`)
}

async function restoreFile({ options, rest, print }: Arguments): Promise<void> {
  const file = needed(rest, 0, 'the file to restore')
  const restoring = (url: string) => `pg_restore --clean --if-exists --dbname="${url}" ${file}`
  const before = await restore(fileStore(options, restoring), file)
  await note(options, { what: 'restore' })
  print(`restored ${file}`)
  if (before !== undefined)
    print(`what was there is in ${before}. Delete it when you don't need it.`)
}

/** Returns the data folder. @throws {Error} with instructions if documents are in PostgreSQL */
function fileStore(
  { dataDir, databaseUrl }: Arguments['options'],
  instead: (url: string) => string,
): string {
  if (databaseUrl === undefined) return dataDir!
  throw new Error(`documents are in PostgreSQL. Use its own tools:\n  ${instead('$DATABASE_URL')}`)
}

function printLine(line: string): void {
  process.stdout.write(`${line}\n`)
}
