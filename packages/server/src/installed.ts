/** The packages that only some servers need, with the option that needs them. */
const NEEDED_BY = { libsql: 'dataDir', pg: 'databaseUrl', '@redis/client': 'redisUrl' } as const

/**
 * Returns a part of this server that imports a package which the application installs.
 *
 * @throws {Error} that says how to install the package, if it is missing
 */
export async function withPackage<T>(name: keyof typeof NEEDED_BY, part: Promise<T>): Promise<T> {
  try {
    return await part
  } catch (cause) {
    if (!isMissing(name, cause)) throw cause
    throw new Error(
      `${NEEDED_BY[name]} needs the package ${name}, which isn't installed. Run "npm install ${name}".`,
      { cause },
    )
  }
}

function isMissing(name: string, error: unknown): boolean {
  const { code = '', message } = error as NodeJS.ErrnoException
  return /^(?:ERR_)?MODULE_NOT_FOUND$/.test(code) && message.includes(`'${name}'`)
}
