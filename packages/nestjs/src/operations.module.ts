import { type DynamicModule, Inject, Module } from '@nestjs/common'
import { ModulesContainer } from '@nestjs/core'
import { OperationsController } from './http/operations.controller.js'

/** The routes for operators, unless the application uses their addresses. @see PROTOCOL.md NE4 */
@Module({})
export class OperationsModule {
  /** @param rooms provides the service that the routes report on */
  static register(rooms: DynamicModule): DynamicModule {
    return {
      module: OperationsModule,
      imports: [rooms],
      controllers: [OperationsController],
    }
  }

  /** Moves this module to the end, because Nest registers routes in module order and the first match answers. */
  constructor(@Inject(ModulesContainer) modules: ModulesContainer) {
    const own = [...modules].find(([, { metatype }]) => metatype === OperationsModule)
    if (own === undefined) return
    const [token, module] = own
    modules.delete(token)
    modules.set(token, module)
  }
}
