import { createWhereabouts } from '@whereabouts/server'
import cors from 'cors'
import express from 'express'

const whereabouts = await createWhereabouts({ auth: 'open' })

const app = express()
// Browsers let pages of this origin call, and so does whereabouts.
app.use(cors({ origin: process.env['PAGE_ORIGIN'] ?? 'http://localhost:3000' }))
app.use(whereabouts.handle)
const server = app.listen(Number(process.env['PORT'] ?? 3001))

process.once('SIGTERM', async () => {
  await whereabouts.close()
  server.close()
})
