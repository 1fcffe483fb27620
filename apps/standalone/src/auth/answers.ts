import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { Problem } from '@whereabouts/server'
import { languageOf, type Text } from './language.js'

const NEVER_KEPT = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' }
const PAGE_HEADERS = {
  ...NEVER_KEPT,
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
  // The address may contain the answer of a login.
  'Referrer-Policy': 'no-referrer',
}

export const TRY_AGAIN: Text = { en: 'Try again', 'zh-Hans': '重试' }

/** The content of a page that is shown instead of the application. */
export interface Message {
  readonly status: number
  readonly title: Text
  readonly text: Text
  readonly link?: { readonly href: string; readonly text: Text }
  /** The address to which the browser is redirected. */
  readonly next?: string
}

/** Redirects a browser, which then uses GET. */
export function redirect(
  response: ServerResponse,
  location: string,
  cookies: readonly string[] = [],
): void {
  const headers: OutgoingHttpHeaders = { ...NEVER_KEPT, Location: location }
  if (cookies.length > 0) headers['Set-Cookie'] = [...cookies]
  response.writeHead(303, { ...headers, 'Referrer-Policy': 'no-referrer' }).end()
}

export function sendJson(
  response: ServerResponse,
  body: object,
  cookies: readonly string[] = [],
): void {
  if (cookies.length > 0) response.setHeader('Set-Cookie', cookies)
  response.writeHead(200, { ...NEVER_KEPT, 'Content-Type': 'application/json; charset=utf-8' })
  response.end(JSON.stringify(body))
}

/** @see PROTOCOL.md ER1 */
export function answerProblem(
  response: ServerResponse,
  problem: Problem,
  cookies: readonly string[] = [],
): void {
  if (cookies.length > 0) response.setHeader('Set-Cookie', cookies)
  const { retryAfterS } = problem.extensions
  if (typeof retryAfterS === 'number') response.setHeader('Retry-After', retryAfterS)
  const headers = { ...NEVER_KEPT, 'Content-Type': 'application/problem+json' }
  response.writeHead(problem.status, headers).end(JSON.stringify(problem))
}

/** The problem for an unknown caller. */
export function unauthorized(): Problem {
  return new Problem('unauthorized', 'You are not signed in. Sign in and try again.')
}

/** Shows a message as a separate page, in the language of the browser. */
export function sendMessage(
  response: ServerResponse,
  { status, title, text, link, next }: Message,
): void {
  const language = languageOf(response.req.headers['accept-language'])
  const say = (each: Text) => escape(each[language])
  const way = link && `<p><a href="${escape(link.href)}">${say(link.text)}</a></p>`
  response.writeHead(status, PAGE_HEADERS).end(`<!doctype html>
<html lang="${language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${say(title)} · whereabouts</title>
${next === undefined ? '' : `<meta http-equiv="refresh" content="0; url=${escape(next)}">`}
<style>body { font: 16px/1.5 system-ui, sans-serif; max-width: 36rem; margin: 20vh auto; padding: 0 1rem }</style>
<h1>${say(title)}</h1>
<p>${say(text)}</p>
${way ?? ''}
</html>
`)
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
