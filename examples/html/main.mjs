import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createWhereabouts } from '@whereabouts/server'

const whereabouts = await createWhereabouts({ auth: 'open' })
const page = readFileSync(new URL('index.html', import.meta.url))

const server = createServer((request, response) => {
  void whereabouts.handle(request, response, () => {
    response.setHeader('Content-Type', 'text/html').end(page)
  })
})
server.listen(Number(process.env['PORT'] ?? 3000))

process.once('SIGTERM', async () => {
  await whereabouts.close()
  server.close()
})
