import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * A system program that the tests need and npm can't install.
 *
 * @typedef {object} Need
 * @property {string} name its usual name
 * @property {string} variable the environment variable that may hold its path
 * @property {readonly string[]} commands its names on the PATH, preferred first
 * @property {string} [versions] the package's folder with a `<version>/bin` for each version
 * @property {string} [folder] its folder, if that isn't on every user's PATH
 * @property {string} aptPackage the Debian package that contains it
 */

/** @type {Need} */
export const CHROMIUM = {
  name: 'Chromium',
  variable: 'CHROMIUM',
  commands: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
  aptPackage: 'chromium',
}

/** @type {Need} */
export const POSTGRES = {
  name: 'PostgreSQL',
  variable: 'POSTGRES',
  commands: ['postgres'],
  versions: '/usr/lib/postgresql',
  aptPackage: 'postgresql',
}

/** @type {Need} */
export const CURL = { name: 'curl', variable: 'CURL', commands: ['curl'], aptPackage: 'curl' }

/** @type {Need} */
export const PYTHON = {
  name: 'Python',
  variable: 'PYTHON',
  commands: ['python3'],
  aptPackage: 'python3',
}

/** Compiles the load generator of the bench. @type {Need} */
export const COMPILER = {
  name: 'A C compiler',
  variable: 'CC',
  commands: ['cc', 'gcc', 'clang'],
  // The compiler and the C library's headers.
  aptPackage: 'build-essential',
}

/** @type {Need} */
export const REDIS = {
  name: 'Redis',
  variable: 'REDIS_SERVER',
  commands: ['redis-server', 'valkey-server'],
  aptPackage: 'redis-server',
}

/** A proxy that logs people in. @type {Need} */
export const NGINX = {
  name: 'nginx',
  variable: 'NGINX',
  commands: ['nginx'],
  folder: '/usr/sbin',
  aptPackage: 'nginx',
}

/** @type {Need} */
export const CADDY = { name: 'Caddy', variable: 'CADDY', commands: ['caddy'], aptPackage: 'caddy' }

/** @type {Need} */
export const HAPROXY = {
  name: 'HAProxy',
  variable: 'HAPROXY',
  commands: ['haproxy'],
  folder: '/usr/sbin',
  aptPackage: 'haproxy',
}

/** Only its program, without a service that takes port 80. @type {Need} */
export const APACHE = {
  name: 'Apache',
  variable: 'APACHE',
  commands: ['apache2'],
  folder: '/usr/sbin',
  aptPackage: 'apache2-bin',
}

/** @type {Need} */
export const VARNISH = {
  name: 'Varnish',
  variable: 'VARNISH',
  commands: ['varnishd'],
  folder: '/usr/sbin',
  aptPackage: 'varnish',
}

/** @type {Need} */
export const SQUID = {
  name: 'Squid',
  variable: 'SQUID',
  commands: ['squid'],
  folder: '/usr/sbin',
  aptPackage: 'squid',
}

/** A screen for windows of browsers. @type {Need} */
export const XVFB = { name: 'Xvfb', variable: 'XVFB', commands: ['Xvfb'], aptPackage: 'xvfb' }

/** @type {Need} */
export const FIREFOX = {
  name: 'Firefox',
  variable: 'FIREFOX',
  commands: ['firefox-esr', 'firefox'],
  aptPackage: 'firefox-esr',
}

/** Drives WebKitGTK, which its package brings with it. @type {Need} */
export const WEBKIT = {
  name: 'WebKitGTK',
  variable: 'WEBKIT_DRIVER',
  commands: ['WebKitWebDriver'],
  aptPackage: 'webkit2gtk-driver',
}

/** Makes networks whose packets are dropped. @type {Need} */
export const IPROUTE = {
  name: 'iproute2',
  variable: 'IPROUTE',
  commands: ['ip'],
  folder: '/usr/sbin',
  aptPackage: 'iproute2',
}

/** Opens the workbooks that are saved. @type {Need} */
export const LIBREOFFICE = {
  name: 'LibreOffice',
  variable: 'LIBREOFFICE',
  commands: ['soffice', 'libreoffice'],
  aptPackage: 'libreoffice-calc',
}

/** What only the tests of `npm run check:nightly` need. */
const NIGHTLY_NEEDS = [LIBREOFFICE]

/** All system programs that the tests need. */
export const NEEDS = [
  CHROMIUM,
  POSTGRES,
  CURL,
  PYTHON,
  COMPILER,
  REDIS,
  NGINX,
  CADDY,
  HAPROXY,
  APACHE,
  VARNISH,
  SQUID,
  XVFB,
  FIREFOX,
  WEBKIT,
  IPROUTE,
  ...(process.env['TEST_SIZE'] === 'nightly' ? NIGHTLY_NEEDS : []),
]

/**
 * Finds the path of the program; `undefined` if it is missing. If the need's variable is set, only
 * that path is used.
 *
 * @param {Need} need
 * @returns {string | undefined}
 */
export function find(need) {
  const told = process.env[need.variable]
  if (told !== undefined && told !== '') return isExecutable(told) ? told : undefined
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  const folders = [
    ...path,
    ...versionsOf(need),
    ...(need.folder === undefined ? [] : [need.folder]),
  ]
  const paths = need.commands.flatMap((command) => folders.map((folder) => join(folder, command)))
  return paths.find(isExecutable)
}

/**
 * Returns one line with the missing program and how to install it.
 *
 * @param {Need} need
 */
export function missing(need) {
  const told = process.env[need.variable]
  if (told !== undefined && told !== '') {
    return `${need.name}: ${need.variable} is "${told}", which is not an executable program.`
  }
  return (
    `${need.name} (${need.commands.join(', ')}) is not on the PATH. Install it, ` +
    `on Debian or Ubuntu with "sudo apt-get install ${need.aptPackage}", ` +
    `or set ${need.variable} to the path of its executable.`
  )
}

/**
 * Finds the folders of a program that Debian doesn't put on the PATH, newest version first.
 *
 * @param {Need} need
 */
function versionsOf({ versions }) {
  if (versions === undefined || !existsSync(versions)) return []
  const numbers = readdirSync(versions).toSorted((a, b) => Number(b) - Number(a))
  return numbers.map((number) => join(versions, number, 'bin'))
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    // The file is missing or not executable by this user.
    return false
  }
}
