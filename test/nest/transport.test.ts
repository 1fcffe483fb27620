import { once } from 'node:events'
import { connect } from 'node:http2'
import { get } from 'node:https'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { NestFactory } from '@nestjs/core'
import type { INestApplication, NestApplicationOptions } from '@nestjs/common'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { WhereaboutsModule } from '@whereabouts/nestjs'
import { describe, expect, it } from 'vitest'
import { within } from 'whereabouts-conformance/deadline'
import { EventStream } from 'whereabouts-conformance/stream'
import { CERTIFICATE, PRIVATE_KEY } from './certificate.js'

const root = () => WhereaboutsModule.forRoot({ secret: 'the secret of these tests' })
const addressOf = (app: INestApplication<Server>) => app.getHttpServer().address() as AddressInfo
const quiet: NestApplicationOptions = { logger: ['fatal'], abortOnError: false }

describe('the module over other transports', () => {
  it('[ST1] over HTTP/2 a stream has no Connection header', async () => {
    const app = await NestFactory.create(root(), new FastifyAdapter({ http2: true }), quiet)
    await app.listen(0, '127.0.0.1')
    const { port } = addressOf(app)
    const session = connect(`http://127.0.0.1:${port}`)
    try {
      const stream = session.request({ ':path': '/rooms/h2/events?member=ada' })
      let text = ''
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
        if (text.includes('event: snapshot')) stream.emit('snapshot')
      })
      const [headers] = await within(once(stream, 'response'), 'the headers')
      expect(headers).toMatchObject({ ':status': 200, 'content-type': 'text/event-stream' })
      expect(headers).not.toHaveProperty('connection')
      await within(once(stream, 'snapshot'), 'the snapshot')
      stream.close()
      await once(stream, 'close')
    } finally {
      session.destroy()
      await app.close()
    }
  })

  it('[HT13] over HTTP/2 a post without a content length works, and one without a body', async () => {
    const app = await NestFactory.create(root(), new FastifyAdapter({ http2: true }), quiet)
    await app.listen(0, '127.0.0.1')
    const session = connect(`http://127.0.0.1:${addressOf(app).port}`)
    const post = async (path: string, body?: string) => {
      const headers = { ':method': 'POST', ':path': path, 'content-type': 'application/json' }
      const stream = session.request(headers, { endStream: body === undefined })
      if (body !== undefined) stream.end(body)
      const [answered] = (await within(once(stream, 'response'), 'the headers')) as [object]
      stream.close()
      return answered
    }
    try {
      expect(await post('/rooms/h2/location?member=ada', '5')).toMatchObject({ ':status': 200 })
      expect(await post('/rooms/h2/location?member=ada', '{')).toMatchObject({ ':status': 400 })
      expect(await post('/rooms/h2/leave?member=ada')).toMatchObject({ ':status': 204 })
    } finally {
      session.destroy()
      await app.close()
    }
  })

  it.each(['express', 'fastify'])('[ID2] over TLS the cookie is Secure: %s', async (platform) => {
    const https = { key: PRIVATE_KEY, cert: CERTIFICATE }
    const app =
      platform === 'express'
        ? await NestFactory.create(root(), { ...quiet, httpsOptions: https })
        : await NestFactory.create(root(), new FastifyAdapter({ https }), quiet)
    await app.listen(0, '127.0.0.1')
    const { port } = addressOf(app)
    const url = `https://127.0.0.1:${port}/rooms/tls/events`
    const answered = once(get(url, { rejectUnauthorized: false, agent: false }), 'response')
    const [response] = (await within(answered, 'the headers')) as [IncomingMessage]
    try {
      await using stream = new EventStream(response)
      await stream.next('snapshot')
      expect(stream.headers['set-cookie']?.join()).toMatch(/^__Host-whereabouts-member=.*; *Secure/)
    } finally {
      await app.close()
    }
  })
})
