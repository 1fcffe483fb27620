import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { join, relative } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { type Administration, Problem, type RoomRecord } from '@whereabouts/server'

const SOCKET = 'commands.sock'
const OPERATOR = { as: 'operator' } as const

/** Returns the path of the socket in a data folder, in its shortest form, as the system limits it. */
export function socketIn(dataDir: string): string {
  const file = join(dataDir, SOCKET)
  const near = relative('', file)
  return near.length < file.length ? near : file
}

/** A command's request to a running server. */
export type LocalCall =
  | { readonly call: 'delete'; readonly room: string }
  | {
      readonly call: 'import'
      readonly room: string
      /** In base64. */
      readonly update: string
      readonly record?: RoomRecord | undefined
    }
  | { readonly call: 'owner'; readonly room: string; readonly user: string }
  | { readonly call: 'retention'; readonly unusedSinceMs: number; readonly dryRun: boolean }

/** What a command did. */
export interface Done {
  readonly rooms: readonly string[]
  /** Of an import: whether another document has the view link, so that it was left out. */
  readonly isLinkTaken?: boolean
}

/** Runs the request of a command, in this process or in a running server. */
export async function perform(administration: Administration, asked: LocalCall): Promise<Done> {
  switch (asked.call) {
    case 'delete': {
      const isDone = await administration.deleteDocument(asked.room, OPERATOR)
      return { rooms: isDone ? [asked.room] : [] }
    }
    case 'import': {
      const { room, update, record } = asked
      const bytes = Buffer.from(update, 'base64')
      const imported = await administration.importDocument(room, bytes, OPERATOR, record)
      return { rooms: [room], ...imported }
    }
    case 'owner': {
      const { room, user } = asked
      const isDone = await administration.setOwner(room, user, OPERATOR)
      return { rooms: isDone ? [room] : [] }
    }
    case 'retention': {
      const deleted: string[] = []
      for await (const { roomName } of administration.retain(asked, OPERATOR)) {
        deleted.push(roomName)
      }
      return { rooms: deleted }
    }
  }
}

/**
 * Accepts commands over a socket in the data folder, to which only the server's own user can connect.
 *
 * @see PROTOCOL.md AD14
 */
export async function listenLocally(
  dataDir: string,
  administration: Administration,
): Promise<Server> {
  const path = socketIn(dataDir)
  // Removes the socket of a killed server, as this server holds the folder now.
  rmSync(path, { force: true })
  const server = createServer((request, response) => {
    void answer(administration, request, response)
  })
  const before = process.umask(0o177)
  try {
    server.listen(path)
  } finally {
    process.umask(before)
  }
  await once(server, 'listening')
  return server
}

async function answer(
  administration: Administration,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const asked = JSON.parse((await buffer(request)).toString()) as LocalCall
    response.end(JSON.stringify({ done: await perform(administration, asked) }))
  } catch (error) {
    const detail = error instanceof Problem ? error.detail : String(error)
    response.writeHead(error instanceof Problem ? error.status : 500)
    response.end(JSON.stringify({ detail }))
  }
}
