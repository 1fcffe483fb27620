import { Body, Controller, HttpCode, Param, Post, Sse, type MessageEvent } from '@nestjs/common'
import { finalize, type Observable, Subject } from 'rxjs'

/**
 * Nest's own way, done well: one Subject per room, which is removed with its last reader, and
 * updates that are serialized once.
 */
@Controller('rooms/:room')
export class StandardController {
  readonly #rooms = new Map<string, Subject<MessageEvent>>()

  @Sse('events')
  events(@Param('room') name: string): Observable<MessageEvent> {
    const room = this.#rooms.get(name) ?? new Subject<MessageEvent>()
    this.#rooms.set(name, room)
    return room.pipe(
      finalize(() => {
        if (!room.observed) this.#rooms.delete(name)
      }),
    )
  }

  @Post('location')
  @HttpCode(200)
  move(@Param('room') name: string, @Body() location: object): string {
    this.#rooms.get(name)?.next({ data: JSON.stringify(location) })
    return 'ok'
  }
}
