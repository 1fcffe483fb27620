import type { IncomingMessage, ServerResponse } from 'node:http'
import { Call } from '@whereabouts/server/mount'

/** A request as Express or Fastify hands it to a controller. */
export interface PlatformRequest {
  /** Node's own request, if the platform wraps it. */
  readonly raw?: IncomingMessage
  readonly url?: string | undefined
  readonly params?: { readonly room?: string }
  /** The body, if a parser of the application has read it. */
  readonly body?: unknown
  readonly rawBody?: unknown
}

/** A response as Express or Fastify hands it to a controller. */
export interface PlatformResponse {
  readonly raw?: ServerResponse
  hijack?(): unknown
  callNotFound?(): PromiseLike<unknown>
  getHeaders?(): Record<string, number | string | string[] | undefined>
}

/** Returns the call behind a controller's request and response. The controller has to answer it. */
export function callOf(request: PlatformRequest, response: PlatformResponse): Call {
  const raw = response.raw ?? (response as ServerResponse)
  if (response.hijack !== undefined) {
    // Fastify holds back the headers of hooks and plugins until it answers itself.
    for (const [name, value] of Object.entries(response.getHeaders?.() ?? {})) {
      if (value !== undefined && !raw.hasHeader(name)) raw.setHeader(name, value)
    }
    response.hijack()
  }
  return new Call(request.raw ?? (request as IncomingMessage), raw, request)
}
