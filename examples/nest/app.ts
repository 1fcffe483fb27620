import { Controller, Get, Module } from '@nestjs/common'
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
export class AppModule {}
