import {
  Inject,
  Injectable,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common'
import { isAuthSaid, type ResolvedOptions, Service } from '@whereabouts/server/mount'
import type { WhereaboutsMount } from './options.js'
import { NEST_LOG } from './log.js'

/** Injects the {@link Service}. */
export const SERVICE = Symbol('whereabouts service')

/**
 * Opens the service with Nest's log.
 *
 * @param mount which calls are served
 * @see PROTOCOL.md HT36
 */
export function openService(
  options: ResolvedOptions,
  { article, streams }: Required<WhereaboutsMount>,
): Promise<Service> {
  const served = { article, streams: streams && isAuthSaid(options) }
  return Service.open(options, options.log ?? NEST_LOG, served)
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
