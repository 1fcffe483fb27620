/** What the parts say that are loaded later. */
export const TEXTS = {
  blocks: 'Blocks',
  blocksFound: (count: number) => (count === 1 ? '1 block' : `${count} blocks`),
  selection: 'Selection',
} as const
