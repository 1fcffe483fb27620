import { useEffect, useState } from 'react'

const READ_WITHIN_MS = 8_000

/** Holds a notice for as long as it takes to read, such as why an image was refused. */
export function usePassingNotice(): [notice: string, notify: (text: string) => void] {
  const [notice, notify] = useState('')
  useEffect(() => {
    if (notice === '') return undefined
    const timer = setTimeout(() => notify(''), READ_WITHIN_MS)
    return () => clearTimeout(timer)
  }, [notice])
  return [notice, notify]
}
