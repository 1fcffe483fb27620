import { createWhereabouts } from '@whereabouts/server'
import express from 'express'

const whereabouts = await createWhereabouts({ auth: 'open' })

const app = express()
app.use(whereabouts.handle)
app.use(express.static('dist'))
const server = app.listen(Number(process.env['PORT'] ?? 3000))

process.once('SIGTERM', async () => {
  await whereabouts.close()
  server.close()
})
