import { startNest } from '../servers/nest.js'
import { runConformance } from './run.js'

runConformance('Nest on Fastify', startNest('fastify'), { platformRefuses: true })
