import { startNest } from '../servers/nest.js'
import { runConformance } from './run.js'

runConformance('Nest on Express', startNest('express'))
