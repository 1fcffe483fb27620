import type { Server } from 'node:http'
import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'

/** As long as a post waits for the store; the next server waits longer for the data folder. */
const LEFT_MS = 3_000

/**
 * Ends every connection that is still there a while after the goodbyes: half of a request can keep
 * Node's server waiting for a minute, and whoever stops it as well.
 *
 * @see PROTOCOL.md FR13
 */
@Injectable()
export class LastConnections implements BeforeApplicationShutdown {
  constructor(@Inject(HttpAdapterHost) private readonly host: HttpAdapterHost) {}

  beforeApplicationShutdown(): void {
    const server = this.host.httpAdapter.getHttpServer() as Server
    setTimeout(() => server.closeAllConnections(), LEFT_MS).unref()
  }
}
