import { EventEmitter } from 'node:events'
import { Body, Controller, HttpCode, Param, Post, Sse, type MessageEvent } from '@nestjs/common'
import { Observable } from 'rxjs'

/**
 * A first version of the controller: an emitter, a listener per stream that is never removed, and a
 * list that only grows and is part of every event. Unlike test/nest/naive.controller.ts, its
 * streams stay open.
 */
@Controller('rooms/:room')
export class NaiveController {
  readonly emitter = new EventEmitter().setMaxListeners(0)
  readonly locations = new Map<string, object[]>()

  @Post('location')
  @HttpCode(200)
  postLocation(@Param('room') room: string, @Body() location: object): string {
    this.emitter.emit(room, location)
    return 'ok'
  }

  @Sse('events')
  getLocation(@Param('room') room: string): Observable<MessageEvent> {
    return new Observable((subscriber) => {
      this.emitter.on(room, (location: object) => {
        const locations = this.locations.get(room) ?? []
        this.locations.set(room, locations)
        locations.unshift(location)
        subscriber.next({ data: locations })
      })
    })
  }
}
