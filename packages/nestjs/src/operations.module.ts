import { type DynamicModule, Inject, Module } from '@nestjs/common'
import { ModulesContainer } from '@nestjs/core'
import { OperationsController } from './http/operations.controller.js'

/** The routes for operators, unless the application uses their addresses. @see PROTOCOL.md NE4 */
@Module({})
export class OperationsModule {
  /** @param rooms gives the service that is asked about */
  static register(rooms: DynamicModule): DynamicModule {
    return {
      module: OperationsModule,
      imports: [rooms],
      controllers: [OperationsController],
    }
  }

  /** Nest registers routes in the order of the modules, and the first route that fits answers. */
  constructor(@Inject(ModulesContainer) modules: ModulesContainer) {
    const own = [...modules].find(([, { metatype }]) => metatype === OperationsModule)
    if (own === undefined) return
    const [token, module] = own
    modules.delete(token)
    modules.set(token, module)
  }
}
