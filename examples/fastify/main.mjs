import { createWhereabouts } from '@whereabouts/server'
import fastify from 'fastify'

const whereabouts = await createWhereabouts({ auth: 'open' })

const app = fastify()
app.addHook('onRequest', async ({ raw: request }, reply) => {
  if (await whereabouts.handle(request, reply.raw)) reply.hijack()
})
app.addHook('preClose', () => whereabouts.close())
app.get('/', () => 'The application itself')
await app.listen({ port: Number(process.env['PORT'] ?? 3000) })

process.once('SIGTERM', () => app.close())
