import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Authenticate, Authorize, Log } from '@whereabouts/server'
import type { AuthSettings } from './auth-settings.js'

/** How the standalone server knows who is calling: one for each value of `WHEREABOUTS_AUTH`. */
export interface Auth {
  readonly mode: AuthSettings['mode']
  /** Identifies the caller of a request. Without it anyone may call, under the name that they give. */
  readonly authenticate?: Authenticate
  readonly authorize?: Authorize
  /** Answers the requests of its own login. Resolves `false` for any other, and leaves it as it is. */
  readonly handle?: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>
  /** Stops what it has running. */
  readonly close?: () => void
}

/**
 * Opens the mode that the settings name. Only what that mode needs is loaded.
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
