import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Authenticate, Authorize, Log, Rooms } from '@whereabouts/server'
import type { AuthSettings } from './auth-settings.js'

/** A way to identify callers, one for each value of `WHEREABOUTS_AUTH`. */
export interface Auth {
  readonly mode: AuthSettings['mode']
  /** Identifies the caller of a request. Without it anyone may call, under any name. */
  readonly authenticate?: Authenticate
  readonly authorize?: Authorize
  /** Answers the requests of its own login. Resolves with `false` for any other request. */
  readonly handle?: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>
  /** Gets the rooms, once they are there, to end the logins of who signs out. */
  readonly serve?: (rooms: Pick<Rooms, 'endSession' | 'hasEnded'>) => void
  /** Stops its background work. */
  readonly close?: () => void
}

/**
 * Opens the mode in the settings, and loads only the code of that mode.
 *
 * @param secret the server's own, asked for by a mode that needs it
 */
export async function openAuth(
  settings: AuthSettings,
  secret: () => string,
  log: Log,
): Promise<Auth> {
  switch (settings.mode) {
    case 'open':
      return (await import('./open.js')).OPEN
    case 'jwt':
      return (await import('./jwt.js')).openJwt(settings, log)
    case 'proxy':
      return (await import('./proxy.js')).openProxy(settings, log)
    case 'oidc':
      return (await import('./oidc.js')).openOidc(settings, secret(), log)
  }
}
