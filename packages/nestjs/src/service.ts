import {
  Inject,
  Injectable,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common'
import { type ResolvedOptions, Service } from '@whereabouts/server/mount'
import { NEST_LOG } from './log.js'

/** Injects the {@link Service}. */
export const SERVICE = Symbol('whereabouts service')

/**
 * Opens the service with Nest's log.
 *
 * @param article whether the article's calls are served
 */
export function openService(options: ResolvedOptions, article: boolean): Promise<Service> {
  return Service.open(options, options.log ?? NEST_LOG, article)
}

/** Starts and ends the service with the application. */
@Injectable()
export class Lifecycle implements OnModuleInit, OnModuleDestroy, OnApplicationShutdown {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  async onModuleInit(): Promise<void> {
    await this.service.start()
  }

  /** Says goodbye to all readers before the platform waits for its connections. */
  async onModuleDestroy(): Promise<void> {
    await this.service.goodbye()
  }

  /** Closes the stores after the last answer. */
  async onApplicationShutdown(): Promise<void> {
    await this.service.release()
  }
}
