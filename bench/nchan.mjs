import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

// Debian's nginx with the Nchan module. It is unpacked into the bench's folder and not installed,
// as the package would start a web server.
const FOLDER = join(import.meta.dirname, 'dist', 'nchan')
const APT = 'apt-get'
const PACKAGES = ['nginx', 'libnginx-mod-nchan']
const MODULE = 'usr/lib/nginx/modules/ngx_nchan_module.so'
const NGINX = 'usr/sbin/nginx'
/** Debian's build creates folders in there, whatever its configuration says. */
const STATE = '/var/lib/nginx'

/** Makes sure that it is available; returns the reason if it isn't. */
export function prepareNchan() {
  if (root() === undefined && isRoot()) unpack()
  if (root() !== undefined) return undefined
  return `isn't here; on Debian or Ubuntu "${APT} install ${PACKAGES.join(' ')}" brings it`
}

/** Returns its version. */
export function nchanVersion() {
  const { stderr } = spawnSync(join(root() ?? '/', NGINX), ['-v'], { encoding: 'utf8' })
  return `${/nginx\/\S+/.exec(stderr)?.[0].replace('/', ' ') ?? 'nginx'}, Nchan ${moduleVersion()}`
}

/**
 * @param {import('./contestants.mjs').Place} place
 * @returns {import('./processes.mjs').Command}
 */
export function nchanCommand({ port, folder }) {
  writeFileSync(join(folder, 'nginx.conf'), configuration(port))
  return { program: join(root() ?? '/', NGINX), args: ['-p', folder, '-c', 'nginx.conf'] }
}

/** One worker, as the others have one process; keeps only the latest message per room. */
function configuration(port = 0) {
  return `
load_module ${join(root() ?? '/', MODULE)};
daemon off;
worker_processes 1;
worker_rlimit_nofile 20000;
${isRoot() ? 'user root;' : ''}
pid nginx.pid;
error_log stderr warn;
events { worker_connections 20000; }
http {
  access_log off;
  keepalive_requests 1000000000;
  nchan_max_reserved_memory 512M;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location ~ ^/rooms/([^/]+)/events$ {
      nchan_subscriber eventsource;
      nchan_channel_id $1;
      nchan_subscriber_first_message newest;
    }
    location ~ ^/rooms/([^/]+)/location$ {
      nchan_publisher http;
      nchan_channel_id $1;
      nchan_message_buffer_length 1;
    }
  }
}
`
}

/** Finds the folder of nginx and the module. */
function root() {
  return ['/', FOLDER].find((folder) =>
    [NGINX, MODULE].every((file) => existsSync(join(folder, file))),
  )
}

function unpack() {
  mkdirSync(FOLDER, { recursive: true })
  console.log(`Fetching ${PACKAGES.join(' and ')}`)
  if (!apt('download', ...PACKAGES) && !(apt('update') && apt('download', ...PACKAGES))) return
  const unpacked = spawnSync('sh', ['-c', 'for each in *.deb; do dpkg -x "$each" .; done'], {
    cwd: FOLDER,
  })
  if (unpacked.status === 0) mkdirSync(STATE, { recursive: true })
}

/** @param {readonly string[]} args */
function apt(...args) {
  return spawnSync(APT, args, { cwd: FOLDER, stdio: 'ignore' }).status === 0
}

function isRoot() {
  return process.getuid?.() === 0
}

function moduleVersion() {
  try {
    const asked = [
      '-c',
      `ls ${FOLDER}/libnginx-mod-nchan_*.deb || dpkg-query -W libnginx-mod-nchan`,
    ]
    const said = execFileSync('sh', asked, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return /[\d.]+(?=\+dfsg)/.exec(said)?.[0] ?? 'of an unknown version'
  } catch {
    // It was neither unpacked here nor installed by Debian.
    return 'of an unknown version'
  }
}
