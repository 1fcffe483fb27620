import 'reflect-metadata'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import { WhereaboutsModule } from '@whereabouts/nestjs'

@Module({ imports: [WhereaboutsModule.forRoot({ dataDir: 'data' })] })
class AppModule {}

const app = await NestFactory.create<NestExpressApplication>(AppModule)
app.useStaticAssets('public')
app.useStaticAssets('node_modules', { prefix: '/modules/' })
await app.listen(process.env['PORT'] ?? 3000)
