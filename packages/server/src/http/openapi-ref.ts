/** Returns a reference to one of the schemas, such as `Member`. */
export const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })
