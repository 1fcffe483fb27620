import { startNest } from '../servers/nest.js'
import { runConformance } from './run.js'

runConformance('[NE9] Nest on Fastify, mounted directly', startNest('fastify', 'direct'), {
  platformRefuses: true,
})
