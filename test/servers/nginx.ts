import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { find, missing, NGINX } from '../../scripts/needs.mjs'

const LOOK_MS = 50

/** An nginx in the foreground, which writes to its own temporary folder. */
const around = (servers: string) => `
daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr warn;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  ${servers}
}
`

/**
 * Starts nginx with these server blocks.
 *
 * @param baseUrl where it answers when it is ready
 * @param files further ones that it reads, by their names
 */
export async function startNginx(
  servers: string,
  baseUrl: string,
  files: { readonly [name: string]: string } = {},
): Promise<AsyncDisposable> {
  const program = find(NGINX)
  if (program === undefined) throw new Error(missing(NGINX))
  const folder = await mkdtemp(join(tmpdir(), 'whereabouts-nginx-'))
  const all = { ...files, 'nginx.conf': around(servers) }
  for (const [name, text] of Object.entries(all)) await writeFile(join(folder, name), text)
  const args = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr']
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const exited = once(child, 'exit')
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const stop = async () => {
    child.kill('SIGTERM')
    await exited
    await rm(folder, { recursive: true, force: true })
  }
  try {
    while (!(await isThere(baseUrl))) {
      if (child.exitCode !== null) throw new Error(`nginx ended: ${said}`)
      await setTimeout(LOOK_MS)
    }
  } catch (error) {
    await stop()
    throw error
  }
  return { [Symbol.asyncDispose]: stop }
}

function isThere(baseUrl: string): Promise<boolean> {
  return fetch(baseUrl, { redirect: 'manual' }).then(
    () => true,
    () => false,
  )
}
