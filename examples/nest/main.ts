import 'reflect-metadata'
import { Controller, Get, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { WhereaboutsModule } from '@whereabouts/nestjs'

@Controller()
class AppController {
  @Get()
  greet(): string {
    return 'The application itself'
  }
}

// `POST /location` and `GET /location/sse`, which the article's controller served, are the module's.
@Module({ imports: [WhereaboutsModule.forRoot()], controllers: [AppController] })
class AppModule {}

const app = await NestFactory.create(AppModule)
app.enableShutdownHooks()
await app.listen(Number(process.env['PORT'] ?? 3000))
