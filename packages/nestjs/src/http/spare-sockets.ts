import type { Server } from 'node:http'
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
import { SpareSockets } from '@whereabouts/server/mount'

/** Ends connections that never carried a request when the application stops. @see PROTOCOL.md FR7 */
@Injectable()
export class SpareSocketsOfApplication
  implements OnApplicationBootstrap, BeforeApplicationShutdown
{
  #sockets: SpareSockets | undefined

  constructor(@Inject(HttpAdapterHost) private readonly host: HttpAdapterHost) {}

  onApplicationBootstrap(): void {
    // Application contexts and microservices have no HTTP adapter.
    const { httpAdapter } = this.host as Partial<HttpAdapterHost>
    const server = httpAdapter?.getHttpServer() as Server | undefined
    if (server !== undefined) this.#sockets = new SpareSockets(server)
  }

  beforeApplicationShutdown(): void {
    this.#sockets?.end()
  }
}
