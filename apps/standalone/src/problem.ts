import type { ServerResponse } from 'node:http'

/** Answers with a problem outside of the protocol. */
export function sendProblem(
  response: ServerResponse,
  status: number,
  title: string,
  detail: string,
): void {
  const headers = {
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  }
  const problem = { type: 'about:blank', title, status, detail }
  response.writeHead(status, headers).end(JSON.stringify(problem))
}
