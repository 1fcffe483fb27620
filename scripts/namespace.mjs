import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { find, IPROUTE, missing } from './needs.mjs'

const MAKE = fileURLToPath(new URL('namespace.sh', import.meta.url))

/** Networks of four addresses in 198.18.0.0/15, which RFC 2544 sets aside for tests. */
const NETWORKS = 2 ** 15

/**
 * Returns how to make a network namespace, one at a time for each process.
 *
 * @returns {{ command: readonly string[], name: string, address: string }} the command, the namespace's
 *   name, and this machine's address in its network
 * @throws {Error} that says what is missing
 */
export function namespaceOfProcess() {
  const ip = find(IPROUTE)
  if (ip === undefined) throw new Error(missing(IPROUTE))
  const asRoot = rootPrefix()
  if (asRoot === undefined) throw new Error(namespaceMissing('this user is not root.'))
  const name = `where-${process.pid}`
  const first = (process.pid % NETWORKS) * 4
  const [address, inside] = [addressAt(first + 1), addressAt(first + 2)]
  return { command: [...asRoot, MAKE, ip, name, address, inside], name, address }
}

/** Makes a network namespace and removes it. Returns what is missing for that, in at most one line. */
export function namespaceFaults() {
  try {
    const [program = '', ...args] = namespaceOfProcess().command
    const { status, stderr } = spawnSync(program, args, { input: '', encoding: 'utf8' })
    return status === 0 ? [] : [namespaceMissing(stderr)]
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}

/**
 * Returns one line with what failed and how to allow network namespaces.
 *
 * @param {string} what
 */
export function namespaceMissing(what) {
  return (
    `A network namespace can't be made: ${what.trim().replaceAll('\n', ' ')} ` +
    'Run the tests as root, or as a user whose sudo needs no password; in a container, give it ' +
    '"--cap-add NET_ADMIN --cap-add SYS_ADMIN --security-opt apparmor=unconfined".'
  )
}

/** The prefix for running a command as root; `undefined` if that needs a password. */
export function rootPrefix() {
  if (process.getuid?.() === 0) return []
  const { status } = spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' })
  return status === 0 ? ['sudo', '-n'] : undefined
}

/** @param {number} offset */
function addressAt(offset) {
  return `198.${18 + (offset >> 16)}.${(offset >> 8) & 255}.${offset & 255}`
}
