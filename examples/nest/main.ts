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

// The module serves `POST /location` and `GET /location/sse`, like the article's controller.
@Module({ imports: [WhereaboutsModule.forRoot()], controllers: [AppController] })
class AppModule {}

const app = await NestFactory.create(AppModule)
app.enableShutdownHooks()
await app.listen(Number(process.env['PORT'] ?? 3000))
