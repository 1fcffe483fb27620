import { createServer } from 'node:http'
import { createWhereabouts } from '@whereabouts/server'

const whereabouts = await createWhereabouts({ auth: 'open' })

const server = createServer((request, response) => {
  void whereabouts.handle(request, response, () => response.end('The application itself'))
})
server.listen(Number(process.env['PORT'] ?? 3000))

process.once('SIGTERM', async () => {
  await whereabouts.close()
  server.close()
})
