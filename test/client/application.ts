import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { INestApplication } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { WhereaboutsModule, type WhereaboutsOptions } from '@whereabouts/nestjs'

/** A Nest application with the module, on the loopback interface. */
export class Application {
  private constructor(
    readonly port: number,
    private readonly options: WhereaboutsOptions,
    private application: INestApplication<Server>,
  ) {}

  static async listen(options: WhereaboutsOptions = {}): Promise<Application> {
    const all = { secret: 'the secret of every test', ...options }
    const application = await start(all, 0)
    const { port } = application.getHttpServer().address() as AddressInfo
    return new Application(port, all, application)
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** Restarts the server; to its clients it looks like a new process. */
  async restart(): Promise<void> {
    await this.application.close()
    this.application = await start(this.options, this.port)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.application.close()
  }
}

async function start(options: WhereaboutsOptions, port: number): Promise<INestApplication<Server>> {
  const module = WhereaboutsModule.forRoot(options)
  const application = await NestFactory.create<INestApplication<Server>>(module, {
    logger: ['error'],
  })
  application.enableCors()
  await application.listen(port, '127.0.0.1')
  return application
}
