import { startNest } from '../servers/nest.js'
import { runConformance } from './run.js'

runConformance('[NE9] Nest on Express, mounted directly', startNest('express', 'direct'))
