import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openRedis } from '../../packages/server/src/exchange/redis.js'
import { freePort } from '../servers/free-port.js'
import { startPostgres } from '../servers/postgres.js'
import {
  type RunningCluster,
  type RunningRedis,
  startCluster,
  startRedis,
} from '../servers/redis.js'
import { startServer } from '../servers/standalone.js'
import { TEXT_CODEC } from './text-codec.js'

const USERS = [
  'full on >right ~* &* +@all',
  'commands on >right ~* &* +@connection',
  'scripts on >right ~* &* +@all -evalsha',
  'keys on >right ~other:* &* +@all',
  'channels on >right ~* resetchannels +@all',
  'one on >right ~* &* +@all -xadd',
]
/** Logins that Redis refuses, and its error. */
const REFUSED: readonly (readonly [what: string, login: string, says: string])[] = [
  ['no password', '', 'NOAUTH'],
  ['a wrong password', 'full:wrong@', 'WRONGPASS'],
  ['an unknown user', 'nobody:right@', 'WRONGPASS'],
  ['a user without the commands', 'commands:right@', 'NOPERM'],
  ['a user without scripts', 'scripts:right@', 'NOPERM'],
  ['a user of other keys', 'keys:right@', 'NOPERM'],
  ['a user without channels', 'channels:right@', 'NOPERM'],
  ['a user who lacks one command of a script', 'one:right@', "can't run this command"],
]

let redis: RunningRedis
let cluster: RunningCluster
beforeAll(async () => {
  redis = await startRedis()
  cluster = await startCluster()
  for (const server of [redis, ...cluster.servers]) {
    for (const user of USERS) await server.command('ACL', 'SETUSER', ...user.split(' '))
    // This comes last, as it also refuses the tests' own connection.
    await server.command('ACL', 'SETUSER', 'default', 'resetpass', '>secret')
  }
})
afterAll(async () => {
  await redis[Symbol.asyncDispose]()
  await cluster[Symbol.asyncDispose]()
})

const at = (login: string) => redis.url.replace('redis://', `redis://${login}`)

describe('[EX10] a node reports that Redis refuses it, with', () => {
  it.each(REFUSED)('%s', async (_, login, says) => {
    const exchange = openRedis(at(login), TEXT_CODEC)
    try {
      await expect(exchange.admitted()).rejects.toThrow(`Redis refuses this server: `)
      await expect(exchange.admitted()).rejects.toThrow(says)
    } finally {
      await exchange.close()
    }
  })

  it('a wrong password for a cluster', async () => {
    const exchange = openRedis(cluster.url.replace('redis://', 'redis://full:wrong@'), TEXT_CODEC)
    try {
      await expect(exchange.admitted()).rejects.toThrow('WRONGPASS')
    } finally {
      await exchange.close()
    }
  })
})

it('[EX10] a user with all rights is admitted', async () => {
  for (const address of [
    at('full:right@'),
    cluster.url.replace('redis://', 'redis://full:right@'),
  ]) {
    const exchange = openRedis(address, TEXT_CODEC)
    await exchange.admitted()
    expect(exchange.isReachable).toBe(true)
    await exchange.close()
  }
})

it('[EX3 EX10] an unreachable Redis is not a refusal', async () => {
  const exchange = openRedis(`redis://127.0.0.1:${await freePort()}`, TEXT_CODEC)
  await exchange.admitted()
  expect(exchange.isReachable).toBe(false)
  await exchange.close()
})

it('[EX10] a server with a wrong password reports it and does not start', async () => {
  await using postgres = await startPostgres()
  const databaseUrl = await postgres.newDatabase()
  const settings = { databaseUrl, secret: 'a secret that all of them have' }
  const refused = await startServer({ ...settings, redisUrl: at('full:wrong@') }).catch(String)
  expect(refused).toContain('the server ended with 1')
  expect(refused).toContain('Redis refuses this server: WRONGPASS')
})

it('[OP1] servers that share a Redis may share a data folder', async () => {
  await using postgres = await startPostgres()
  const databaseUrl = await postgres.newDatabase()
  const settings = { databaseUrl, secret: 'a secret that all of them have' }
  const dataDir = mkdtempSync(join(tmpdir(), 'whereabouts-shared-'))
  try {
    const start = () => startServer({ ...settings, redisUrl: at('full:right@'), dataDir })
    await using one = await start()
    await using two = await start()
    expect(one.pid).not.toBe(two.pid)
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
})
