import 'reflect-metadata'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import { WhereaboutsModule } from '@whereabouts/nestjs'

@Module({ imports: [WhereaboutsModule.forRoot()] })
class AppModule {}

const app = await NestFactory.create<NestExpressApplication>(AppModule)
app.useStaticAssets('dist/page')
app.enableShutdownHooks()
await app.listen(Number(process.env['PORT'] ?? 3000))
