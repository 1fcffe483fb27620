import { type RedisClient, unheard } from './handed-client.js'
import { type RedisPlace, prefixOf } from './redis-address.js'
import { CLIENT_OPTIONS } from './redis-connection.js'
import { type Client, ServerConnection } from './redis-server.js'

/** The settings of a client that say where it connects to. */
interface ClientSettings {
  readonly url?: string
  readonly socket?: { readonly host?: string; readonly port?: number; readonly path?: string }
  readonly database?: number
}

/**
 * Returns the place that a client of the application connects to. The connections are duplicates of it that fail as
 * fast as this server's own, since the application's settings may let a command wait for minutes.
 *
 * @see PROTOCOL.md HI1, HI5
 */
export function placeOf(client: RedisClient): RedisPlace {
  const { socket, database = 0 } = settingsOf(client)
  const duplicate = client.duplicate.bind(client) as unknown as (overrides: object) => Client
  const commands = duplicate({
    ...CLIENT_OPTIONS,
    socket: { ...socket, ...CLIENT_OPTIONS.socket },
    // What an application may have set for its own commands.
    commandsQueueMaxLength: undefined,
    clientSideCache: undefined,
    emitInvalidate: false,
    readonly: false,
  })
  client.on('error', unheard)
  const connection = new ServerConnection(commands, () => client.off('error', unheard))
  return { connection, prefix: prefixOf(database) }
}

/** Returns the address of a client, for the log. */
export function addressOf(client: RedisClient): string {
  const { url, socket } = settingsOf(client)
  const { host = 'localhost', port = 6_379, path } = socket ?? {}
  return url ?? `redis://${path ?? `${host}:${port}`}`
}

function settingsOf({ options }: RedisClient): ClientSettings {
  return options ?? {}
}
