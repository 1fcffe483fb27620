#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8'
import { runCommand } from './command/run.js'
import { startServer } from './server.js'
import { readSettings } from './settings.js'

const args = process.argv.slice(2)
if (args.length > 0) process.exitCode = await runCommand(args)
else await serve()

async function serve(): Promise<void> {
  // When thousands of streams open at the same time, as after a restart, V8 learns that requests
  // live long and allocates those of posts in the old generation too. docs/decisions.md, 46
  setFlagsFromString('--no-allocation-site-pretenuring')
  try {
    const settings = readSettings()
    const { url } = await startServer(settings)
    const address = url.replace('127.0.0.1', 'localhost')
    // With a login, two windows of one browser would show the same person twice.
    const hint = settings.auth.mode === 'open' ? 'open it in two windows; ' : ''
    process.stdout.write(`whereabouts is at ${address} (${hint}stop it with Ctrl+C)\n`)
  } catch (error) {
    process.stderr.write(`whereabouts: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}
