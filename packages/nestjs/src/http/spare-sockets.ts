import type { IncomingMessage, Server } from 'node:http'
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
  readonly #spare = new Set<Socket>()

  constructor(@Inject(HttpAdapterHost) private readonly host: HttpAdapterHost) {}

  onApplicationBootstrap(): void {
    const server = this.host.httpAdapter.getHttpServer() as Server
    server.on('connection', this.#opened)
    server.on('request', this.#used)
  }

  /** After the goodbyes, and right before the platform stops to listen and waits. */
  beforeApplicationShutdown(): void {
    for (const socket of this.#spare) if (socket.bytesRead === 0) socket.destroy()
  }

  readonly #opened = (socket: Socket): void => {
    this.#spare.add(socket)
    socket.once('close', () => this.#spare.delete(socket))
  }

  readonly #used = ({ socket }: IncomingMessage): void => {
    this.#spare.delete(socket)
  }
}
