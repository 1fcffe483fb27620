// The only test file that the runner gets.
import { inject } from 'vitest'
import { serversAt } from './at-address.js'
import { runRules } from './run.js'

const address = inject('address')
runRules(address.baseUrl, () => serversAt(address))
