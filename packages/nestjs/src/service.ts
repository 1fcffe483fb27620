import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common'
import { type Log, type ResolvedOptions, Service } from '@whereabouts/server/mount'

/** Injects the {@link Service}. */
export const SERVICE = Symbol('whereabouts service')

/** Opens what serves the rooms, with Nest's log. */
export function openService(options: ResolvedOptions): Promise<Service> {
  return Service.open(options, options.log ?? nestLog())
}

function nestLog(): Log {
  const logger = new Logger('whereabouts')
  return {
    info: (message) => logger.log(message),
    warn: (message) => logger.warn(message),
    error: (what) => logger.error(what),
  }
}

/** Starts and ends the service with the application. */
@Injectable()
export class Lifecycle
  implements OnModuleInit, OnModuleDestroy, BeforeApplicationShutdown, OnApplicationShutdown
{
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  async onModuleInit(): Promise<void> {
    await this.service.start()
  }

  /** Before the platform waits for its connections. */
  async onModuleDestroy(): Promise<void> {
    await this.service.goodbye()
  }

  /** After the goodbyes, and before the platform waits for whoever is still there. */
  beforeApplicationShutdown(): void {
    this.service.bodies.finish()
  }

  /** After the last answer. */
  async onApplicationShutdown(): Promise<void> {
    await this.service.release()
  }
}
