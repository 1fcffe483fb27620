import 'reflect-metadata'
import { NestFactory } from '@nestjs/core'
import { AppModule } from './app.js'

const app = await NestFactory.create(AppModule)
app.enableShutdownHooks()
await app.listen(Number(process.env['PORT'] ?? 3000))
