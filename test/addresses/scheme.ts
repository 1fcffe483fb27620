/** A scheme as a target may have it. Nest 11 on Fastify knows it in lower case alone. NE13 */
export const SCHEME = process.env['NEST'] === '11' ? 'https' : 'HTTPS'
