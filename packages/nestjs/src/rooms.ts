import { Injectable, type MessageEvent } from '@nestjs/common'
import { type Happening, Rooms as ServerRooms, type WatchOptions } from '@whereabouts/server'
import { Observable } from 'rxjs'

/**
 * The rooms of this process. Inject it to write your own routes. It checks all input as if it came over
 * HTTP, so you can pass on what a caller sent.
 *
 * @example
 * ```ts
 * @Sse('sse') stream(@Query('id') id: string) { return this.rooms.watch('default', { as: id }) }
 * @Post() move(@Query('id') id: string, @Body() location: Json) { return this.rooms.move('default', id, location) }
 * ```
 * @see PROTOCOL.md ID11, ID12
 */
@Injectable()
export class Rooms extends ServerRooms {
  /**
   * Returns a room as events, for `@Sse()` routes of your own.
   *
   * Every subscriber gets each frame once; a snapshot or the whole list comes first.
   *
   * @throws {Problem} bad-room, bad-member-key, unauthorized, bad-name, bad-color, bad-parameter;
   *   room-full, too-many-rooms, too-many-connections and shutting-down come as errors of the
   *   Observable
   */
  watch(roomName: string, options: WatchOptions = {}): Observable<MessageEvent> {
    const events = this.events(roomName, options)
    return new Observable((subscriber) => {
      events.subscribe(subscriber)
    })
  }
  /**
   * Returns what happens in the rooms from now on, as {@link happenings} does.
   *
   * @see PROTOCOL.md EV16
   */
  watchAll(): Observable<Happening> {
    return new Observable((subscriber) => {
      const happenings = this.happenings()
      const pass = async () => {
        for await (const happening of happenings) subscriber.next(happening)
        subscriber.complete()
      }
      pass().catch((error: unknown) => subscriber.error(error))
      return () => void happenings.return?.()
    })
  }
}
