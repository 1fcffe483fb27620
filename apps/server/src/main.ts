import { startServer } from './server.js'
import { readSettings } from './settings.js'

try {
  const app = await startServer(readSettings())
  const address = (await app.getUrl()).replace('127.0.0.1', 'localhost')
  process.stdout.write(`whereabouts is at ${address} - stop it with Ctrl+C\n`)
} catch (error) {
  process.stderr.write(`whereabouts: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
