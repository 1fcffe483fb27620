import { runConformance } from 'whereabouts-conformance'
import { startNest } from '../servers/nest.js'
import { sqliteRules } from './sqlite.js'

runConformance('Nest on Fastify', startNest('fastify'), { platformRefuses: true })
sqliteRules(startNest('fastify'))
