/** The scheme of a target. Nest 11 on Fastify accepts it in lower case only (NE13). */
export const SCHEME = process.env['NEST'] === '11' ? 'https' : 'HTTPS'
