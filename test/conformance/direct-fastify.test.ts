import { startNest } from '../servers/nest.js'
import { runConformance } from 'whereabouts-conformance'

runConformance('[NE9] Nest on Fastify, mounted directly', startNest('fastify', 'direct'), {
  platformRefuses: true,
})
