// What npm would publish of every package in packages/ can be imported, with its types.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const names = readdirSync('packages')
const failed = names.filter((name) => {
  const folder = join('packages', name)
  return !(
    run('publint', ['run', folder, '--strict']) &&
    run('attw', ['--pack', folder, '--profile', 'esm-only', '--format', 'ascii', '--no-emoji'])
  )
})

console.log(`${names.length - failed.length} of ${names.length} packages can be published`)
if (failed.length > 0) {
  console.error(`Not fit to be published: ${failed.join(', ')}`)
  process.exitCode = 1
}

/**
 * Says nothing of what is well.
 *
 * @param {string} program
 * @param {readonly string[]} args
 */
function run(program, args) {
  const path = join('node_modules', '.bin', program)
  const { status, stdout, stderr } = spawnSync(path, args, { encoding: 'utf8' })
  if (status !== 0) console.error(`${program} ${args.join(' ')}\n${stdout}\n${stderr}`)
  return status === 0
}
