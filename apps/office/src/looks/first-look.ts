/** Where the browser has the user's choice, for all applications of its host. */
export const STORED_AS = 'whereabouts:theme'

/**
 * A script that runs before anything is painted, so that no window begins in another look than the chosen
 * one. The build writes it into a file of its own, as the page's policy allows no script in the page.
 *
 * @see OFFICE.md OF87
 */
export const FIRST_LOOK = `try {
  const theme = localStorage.getItem('${STORED_AS}')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {}
`
