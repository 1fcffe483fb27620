import 'reflect-metadata'
import { type ModuleMetadata, Module, type NestApplicationOptions } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { WhereaboutsModule } from '@whereabouts/nestjs'
import { NaiveController } from './naive.controller.js'
import { StandardController } from './standard.controller.js'

// A Nest application on a platform: `main.js whereabouts|standard|naive express|fastify`.
// One address plays thousands of people, so everything is counted, and nothing is ever too much.
const BUDGETS = {
  budgetScale: 1_000,
  maxRoomsPerCaller: 10_000_000,
  maxConnectionsPerCaller: 10_000_000,
  maxMembersPerCaller: 10_000_000,
}

const APPLICATIONS = new Map<string, ModuleMetadata>([
  ['whereabouts', { imports: [WhereaboutsModule.forRoot(BUDGETS)] }],
  ['standard', { controllers: [StandardController] }],
  ['naive', { controllers: [NaiveController] }],
])

@Module({})
class AppModule {}

const [, , application = '', platform] = process.argv
const root = { module: AppModule, ...APPLICATIONS.get(application) }
const options: NestApplicationOptions = { logger: ['error', 'warn'] }
const app =
  platform === 'fastify'
    ? await NestFactory.create(root, new FastifyAdapter(), options)
    : await NestFactory.create(root, options)
await app.listen(Number(process.env['PORT']), '127.0.0.1')
