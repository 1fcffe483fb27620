import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { createWhereabouts } from '@whereabouts/server'
import { Hono } from 'hono'

const whereabouts = await createWhereabouts({ auth: 'open' })

const app = new Hono()
app.get('/', (context) => context.text('The application itself'))
const listener = getRequestListener(app.fetch)

const server = createServer((request, response) => {
  void whereabouts.handle(request, response, () => listener(request, response))
})
server.listen(Number(process.env['PORT'] ?? 3000))

process.once('SIGTERM', async () => {
  await whereabouts.close()
  server.close()
})
