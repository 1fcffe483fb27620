import type { IncomingMessage, ServerResponse } from 'node:http'
import { Call } from '@whereabouts/server/mount'

/** A request as Express or Fastify hands it to a controller. */
export interface PlatformRequest {
  /** Node's own request, where the platform wraps it. */
  readonly raw?: IncomingMessage
  readonly url?: string | undefined
  readonly params?: { readonly room?: string }
  /** The body as a parser of the application has read it, if one has. */
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

/** The call behind what a platform hands to a controller; it is the controller's to answer. */
export function callOf(request: PlatformRequest, response: PlatformResponse): Call {
  const raw = response.raw ?? (response as ServerResponse)
  if (response.hijack !== undefined) {
    // Fastify keeps the headers that hooks and plugins set to itself until it answers.
    for (const [name, value] of Object.entries(response.getHeaders?.() ?? {})) {
      if (value !== undefined && !raw.hasHeader(name)) raw.setHeader(name, value)
    }
    response.hijack()
  }
  return new Call(request.raw ?? (request as IncomingMessage), raw, request)
}
