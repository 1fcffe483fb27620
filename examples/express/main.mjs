import { createWhereabouts } from '@whereabouts/server'
import express from 'express'

const whereabouts = await createWhereabouts({ auth: 'open' })

const app = express()
app.use(whereabouts.handle)
app.get('/', (_request, response) => response.send('The application itself'))
const server = app.listen(Number(process.env['PORT'] ?? 3000))

process.once('SIGTERM', async () => {
  await whereabouts.close()
  server.close()
})
