// Writes two documents, in two steps each, with the library itself: node write.mjs <library> <place>
import { once } from 'node:events'
import { spawn } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Doc } from 'yjs'

const NAMES = ['minutes', 'team/plan']

/**
 * @param {Doc} doc
 * @param {string} name
 */
function write(doc, name) {
  doc.getText('body').insert(0, `The ${name}`)
  doc.getText('body').insert(4, 'first ')
}

/** @type {Record<string, (place: string) => Promise<void>>} */
const WRITERS = {
  'y-leveldb': async (folder) => {
    const { LeveldbPersistence } = await import('y-leveldb')
    const store = new LeveldbPersistence(folder)
    for (const name of NAMES) {
      const doc = new Doc()
      doc.on('update', (update) => void store.storeUpdate(name, update))
      write(doc, name)
    }
    // Only the first update of a document is checked.
    for (const name of ['nothing', 'broken']) await store.storeUpdate(name, Uint8Array.of(0, 0))
    await store.storeUpdate('broken', Uint8Array.of(1, 2, 3))
    await store.destroy()
  },

  'y-websocket': async (folder) => {
    const port = process.env['PORT'] ?? ''
    const env = { ...process.env, PORT: port, HOST: '127.0.0.1', YPERSISTENCE: folder }
    const bin = join(import.meta.dirname, 'node_modules/y-websocket/bin/server.cjs')
    const server = spawn(process.execPath, [bin], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    await once(server.stdout, 'data')
    for (const name of NAMES) {
      const doc = new Doc()
      await using(port, name, doc, async (provider) => {
        await new Promise((resolve) => {
          provider.once('sync', resolve)
        })
        write(doc, name)
        await until(
          async () => (await logOf(folder)).split('first ').length > NAMES.indexOf(name) + 1,
        )
      })
    }
    server.kill()
    await once(server, 'exit')
  },

  hocuspocus: async (file) => {
    const [{ Server }, { SQLite }] = await Promise.all([
      import('@hocuspocus/server'),
      import('@hocuspocus/extension-sqlite'),
    ])
    const extension = new SQLite({ database: file })
    const server = new Server({
      quiet: true,
      extensions: [extension],
      port: 0,
      address: '127.0.0.1',
    })
    await server.listen()
    // It doesn't wait for its table itself.
    await new Promise((resolve) => {
      extension.db?.run(extension.configuration.schema, resolve)
    })
    for (const name of NAMES) {
      const connection = await server.hocuspocus.openDirectConnection(name, {})
      await connection.transact((doc) => write(doc, name))
      await connection.disconnect()
    }
    await server.destroy()
    await new Promise((resolve) => {
      extension.db?.close(resolve)
    })
  },

  'y-redis': async (url) => {
    const { RedisPersistence } = await import('y-redis')
    const persistence = new RedisPersistence({ redisOpts: url })
    for (const name of NAMES) {
      const doc = new Doc()
      await persistence.bindState(name, doc).synced
      write(doc, name)
    }
    for (const name of NAMES)
      await until(async () => (await persistence.redis.llen(`${name}:updates`)) === 2)
    await persistence.destroy()
  },
}

/** @param {() => Promise<boolean>} isSo */
async function until(isSo) {
  while (!(await isSo())) await setTimeout(20)
}

/**
 * Returns what LevelDB has logged, in which a text is as it was written.
 *
 * @param {string} folder
 */
async function logOf(folder) {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.log'))
  const logs = names.map((name) => readFile(join(folder, name), 'latin1'))
  return (await Promise.all(logs)).join('')
}

/**
 * @param {string} port
 * @param {string} name
 * @param {Doc} doc
 * @param {(provider: import('y-websocket').WebsocketProvider) => Promise<void>} work
 */
async function using(port, name, doc, work) {
  const [{ WebsocketProvider }, { WebSocket }] = await Promise.all([
    import('y-websocket'),
    import('ws'),
  ])
  const options = { WebSocketPolyfill: WebSocket, disableBc: true }
  const provider = new WebsocketProvider(`ws://127.0.0.1:${port}`, name, doc, options)
  await work(provider)
  provider.destroy()
  doc.destroy()
}

const [library = '', place = ''] = process.argv.slice(2)
await WRITERS[library]?.(place)
