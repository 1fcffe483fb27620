import { EventEmitter } from 'node:events'
import { Body, Controller, Post, Sse, type MessageEvent } from '@nestjs/common'
import type { Json } from '@whereabouts/protocol'
import { Observable } from 'rxjs'

/**
 * A first version of the article's controller, with an emitter and a list in a class field. Each of
 * its faults is the reason for a rule in PROTOCOL.md.
 */
@Controller('naive/location')
export class NaiveController {
  readonly emitter = new EventEmitter()
  readonly locations: Json[] = []

  @Post()
  postLocation(@Body() location: Json): string {
    this.emitter.emit('location', location)
    return 'ok'
  }

  @Sse('sse')
  getLocation(): Observable<MessageEvent> {
    return new Observable((subscriber) => {
      this.emitter.on('location', (location: Json) => {
        this.locations.unshift(location)
        subscriber.next({ data: this.locations })
        subscriber.complete()
      })
    })
  }
}

/** The same controller for another part of the application. */
@Controller('naive/elsewhere')
export class NaiveElsewhereController extends NaiveController {}
