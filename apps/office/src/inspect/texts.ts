/** What the page of an inspector says around it. */
export const INSPECT_TEXTS = {
  title: (room: string): string => `Inspector of ${room}`,
  connecting: 'Connecting…',
  refused:
    'Only those who may manage this document can inspect it. Recordings can be played back here all the same.',
}
