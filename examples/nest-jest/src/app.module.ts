import { Module } from '@nestjs/common'
import { WhereaboutsModule } from '@whereabouts/nestjs'

@Module({ imports: [WhereaboutsModule.forRoot()] })
export class AppModule {}
