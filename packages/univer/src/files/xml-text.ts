/** Returns a text with nothing that XML can't have and the writer of workbooks leaves in, which makes a file damaged. @see FILES.md FL36 */
export const xmlText = (text: string): string =>
  text.toWellFormed().replaceAll(/[\uFFFE\uFFFF]/g, '\uFFFD')
