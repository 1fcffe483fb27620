import { Sheet } from './sheet'

// The address of the server is read when a page is asked for, and not when the application is built.
export const dynamic = 'force-dynamic'

export default async function Page({ searchParams }: { searchParams: Promise<{ name?: string }> }) {
  const { name = 'Guest' } = await searchParams
  return <Sheet url={process.env['WHEREABOUTS_URL'] ?? 'http://localhost:3001'} name={name} />
}
