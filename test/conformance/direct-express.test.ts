import { startNest } from '../servers/nest.js'
import { runConformance } from 'whereabouts-conformance'

runConformance('[NE9] Nest on Express, mounted directly', startNest('express', 'direct'))
