import { startPlain } from '../servers/plain.js'
import { runConformance } from './run.js'

runConformance("Node's own server", startPlain)
