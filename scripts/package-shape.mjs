// What npm would publish of every package in packages/ can be imported, with its types.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const failed = readdirSync('packages').filter((name) => {
  const folder = join('packages', name)
  return !(
    run('publint', ['run', folder, '--strict']) &&
    run('attw', ['--pack', folder, '--profile', 'esm-only', '--format', 'ascii', '--no-emoji'])
  )
})

if (failed.length > 0) {
  console.error(`Not fit to be published: ${failed.join(', ')}`)
  process.exitCode = 1
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 */
function run(program, args) {
  return spawnSync(join('node_modules', '.bin', program), args, { stdio: 'inherit' }).status === 0
}
