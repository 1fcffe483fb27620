import { runConformance } from 'whereabouts-conformance'
import { startNest } from '../servers/nest.js'
import { sqliteRules } from './sqlite.js'

runConformance('Nest on Express', startNest('express'))
sqliteRules(startNest('express'))
