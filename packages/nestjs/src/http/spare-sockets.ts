import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'

/**
 * Ends the connections that never carried a request when the application stops.
 *
 * Browsers keep such spare ones open beside a stream. Node doesn't count them as idle, so that an
 * application would wait for them, for a minute and more, after everybody was told goodbye.
 *
 * @see PROTOCOL.md FR7
 */
@Injectable()
export class SpareSockets implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #sockets = new Set<Socket>()

  constructor(@Inject(HttpAdapterHost) private readonly host: HttpAdapterHost) {}

  onApplicationBootstrap(): void {
    // An application context and a microservice have none.
    const { httpAdapter } = this.host as Partial<HttpAdapterHost>
    const server = httpAdapter?.getHttpServer() as Server | undefined
    server?.on('connection', this.#opened)
  }

  /** After the goodbyes, and right before the platform stops to listen and waits. */
  beforeApplicationShutdown(): void {
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy()
  }

  readonly #opened = (socket: Socket): void => {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
  }
}
