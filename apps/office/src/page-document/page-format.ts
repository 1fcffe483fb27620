/** The version of the format of a page that this client writes. @see PAGE.md PF1 */
export const PAGE_FORMAT = 2
