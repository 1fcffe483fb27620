import type { IncomingMessage } from 'node:http'
import { constants, type Http2Stream } from 'node:http2'

/** A request of either version of HTTP; `stream` exists in HTTP/2 only. */
type AnyRequest = IncomingMessage & { readonly stream?: Http2Stream }

/** Ends a request whose body takes too long. In HTTP/2, destroying the request leaves its stream open. */
export function endRequest(request: AnyRequest): void {
  if (request.stream === undefined) request.destroy()
  else request.stream.close(constants.NGHTTP2_CANCEL)
}

/** Reads no more of a request. In HTTP/1.1, one that is only paused takes another chunk of its connection. */
export function stopReading(request: AnyRequest): void {
  request.pause()
  if (request.stream === undefined) request.socket.pause()
}

/** Ends what is left of a request after its answer. In HTTP/1.1, the connection ends with the answer. */
export function endRest({ stream }: AnyRequest): void {
  stream?.close(constants.NGHTTP2_NO_ERROR)
}

/**
 * Returns whether a request that has ended or closed has arrived completely. In HTTP/2, the body of one that
 * its caller broke off ends like any other, and `complete` is true.
 */
export function hasArrived({ stream, complete }: AnyRequest): boolean {
  return stream === undefined ? complete : !stream.aborted
}
