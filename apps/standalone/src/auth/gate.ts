import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { type AuthenticatedUser, type Log, Problem } from '@whereabouts/server'
import { pathOf, RareWarning } from '@whereabouts/server/mount'
import type { RootOf } from '../base-path.js'
import {
  answerProblem,
  redirect,
  sendJson,
  sendMessage,
  TRY_AGAIN,
  unauthorized,
} from './answers.js'
import type { Auth } from './auth.js'
import { below, loginFor, queryOf, returnPath } from './return-path.js'

/** The addresses whose requests count as logins. Signing out doesn't, so that it is never refused. */
const LOGIN = /^\/(?:login(?:\/callback)?|session)$/

/** The application behind the gate. */
interface Office {
  /** Counts a request for a login, of a user if it has one. @throws {Problem} too-many-requests */
  readonly countLogin: (request: IncomingMessage, userId?: string) => Promise<void>
  readonly serve: RequestListener
  /** Whether a request is for a page, not for a file of a page. */
  readonly isPage: (request: IncomingMessage) => boolean
}

/**
 * Admits known callers to the application's pages, and redirects others to the login.
 *
 * @see PROTOCOL.md OP29, OP30
 */
export function gate(auth: Auth, office: Office, rootOf: RootOf, log: Log): RequestListener {
  const failed = new RareWarning(log, 'a request for a page or a login failed')
  return (request, response) => {
    pass(auth, office, rootOf(request), request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else answerProblem(response, problemOf(error, failed))
    })
  }
}

async function pass(
  auth: Auth,
  office: Office,
  root: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { url = '' } = request
  const path = pathOf(url)
  const isLogin = LOGIN.test(path)
  const user = isLogin ? await userOf(auth, request) : undefined
  if (isLogin) await office.countLogin(request, user?.id)
  if (await auth.handle?.(request, response)) return
  if (path === '/session') answerSession(auth, user, response)
  else if (path === '/login') await leadBack(auth, root, request, response)
  else if (!office.isPage(request) || (await isKnown(auth, request)))
    office.serve(request, response)
  // Only a mode with its own login handles requests.
  else if (auth.handle === undefined) refuse(response, root, url)
  else redirect(response, loginFor(url, root))
}

function problemOf(error: unknown, failed: RareWarning): Problem {
  if (error instanceof Problem) return error
  failed.warn(error)
  return new Problem('internal', 'The server failed. Try again later.')
}

function answerSession(
  { mode, authenticate }: Auth,
  user: AuthenticatedUser | undefined,
  response: ServerResponse,
): void {
  if (authenticate === undefined) return sendJson(response, { mode })
  if (user !== undefined) sendJson(response, describeSession(mode, user))
  else answerProblem(response, unauthorized())
}

/** Returns the answer to `GET /session` for a user. */
export function describeSession(
  mode: Auth['mode'],
  { expiresAtMs, session: _session, ...user }: AuthenticatedUser,
): object {
  return { mode, user, ...(expiresAtMs && { expiresInMs: Math.max(0, expiresAtMs - Date.now()) }) }
}

/** Answers `/login` on a server without its own login. */
async function leadBack(
  auth: Auth,
  root: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = returnPath(queryOf(request).get('return'))
  if (await isKnown(auth, request)) redirect(response, below(root, path))
  else refuse(response, root, path)
}

async function isKnown({ authenticate }: Auth, request: IncomingMessage): Promise<boolean> {
  return authenticate === undefined || (await userOf({ authenticate }, request)) !== undefined
}

async function userOf(
  { authenticate }: Pick<Auth, 'authenticate'>,
  request: IncomingMessage,
): Promise<AuthenticatedUser | undefined> {
  return (await authenticate?.(request)) || undefined
}

function refuse(response: ServerResponse, root: string, path: string): void {
  sendMessage(response, {
    status: 401,
    title: { en: 'You are not signed in', 'zh-Hans': '你尚未登录' },
    text: {
      en: 'Sign in where you usually do, and open this page again.',
      'zh-Hans': '请在平时登录的地方登录，然后重新打开此页面。',
    },
    link: { href: below(root, returnPath(path)), text: TRY_AGAIN },
  })
}
