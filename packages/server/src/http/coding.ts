const REFUSED = /^q=0(?:\.0*)?$/

/**
 * Returns whether a header `Accept-Encoding` accepts a coding that it names.
 *
 * @param coding matches the coding's names in small letters
 * @see RFC 9110 12.5.3
 */
export function acceptsCoding(accepted: string | undefined, coding: RegExp): boolean {
  const all = (accepted ?? '').toLowerCase().split(',')
  const codings = all.map((each) => each.split(';').map((part) => part.trim()))
  const said = codings.find(([name]) => coding.test(name!))
  return said !== undefined && !said.some((part) => REFUSED.test(part))
}
