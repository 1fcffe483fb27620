import { startPlain } from '../servers/plain.js'
import { runConformance } from 'whereabouts-conformance'

runConformance("Node's own server", startPlain)
