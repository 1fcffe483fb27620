import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { CHROMIUM, find, missing } from '../scripts/needs.mjs'

const MAIN = fileURLToPath(new URL('../apps/standalone/dist/main.js', import.meta.url))
const LOOP = new URL('measured-loop.mjs', import.meta.url).href
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run']

/**
 * The standalone server with its SQLite store and the office, and a browser.
 *
 * @typedef {object} Office
 * @property {string} baseUrl
 * @property {import('playwright-core').Browser} browser
 * @property {() => Promise<{ heldUpMs: number, rssBytes: number }>} measure
 *   returns how long the server's event loop was blocked at most since the previous call, and its memory
 */

/**
 * Starts both, and ends them when the work is done.
 *
 * @param {(office: Office) => Promise<void>} work
 * @param {readonly string[]} [more] more arguments for the browser
 */
export async function withOffice(work, more = []) {
  const executablePath = find(CHROMIUM)
  if (executablePath === undefined) throw new Error(missing(CHROMIUM))
  const dataDir = mkdtempSync(join(tmpdir(), 'whereabouts-bench-'))
  const child = fork(MAIN, {
    execArgv: ['--import', LOOP],
    env: {
      ...process.env,
      PORT: '0',
      HOST: '127.0.0.1',
      WHEREABOUTS_DATA: dataDir,
      WHEREABOUTS_OFFLINE: 'off',
    },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  try {
    const baseUrl = await addressOf(child)
    const browser = await chromium.launch({
      executablePath,
      args: [...ARGUMENTS, '--disable-sync', ...more],
    })
    try {
      await work({ baseUrl, browser, measure: () => measureOf(child) })
    } finally {
      await browser.close()
    }
  } finally {
    const ended = child.exitCode === null ? once(child, 'exit') : undefined
    child.kill('SIGTERM')
    await ended
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** @param {import('node:child_process').ChildProcess} child */
async function measureOf(child) {
  const answer = once(child, 'message')
  child.send('measure')
  return (await answer)[0]
}

/** @param {import('node:child_process').ChildProcess} server @returns {Promise<string>} */
function addressOf(server) {
  return new Promise((resolve, reject) => {
    let output = ''
    server.once('exit', () => reject(new Error(`the server ended: ${output}`)))
    server.stdout?.on('data', (chunk) => {
      output += String(chunk)
      const [address] = /http:\/\/[^\s"/]+:[0-9]+/.exec(output) ?? []
      if (address !== undefined) resolve(address)
    })
  })
}
