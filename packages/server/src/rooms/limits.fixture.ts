/** Limits that a test of rooms doesn't meet by chance. */
export const ROOM_LIMITS = {
  leaseMs: 15_000,
  soonMs: 2_000,
  maxMembers: 10,
  maxLeavers: 10,
  maxRooms: 10,
  maxRecentDocumentBytes: 1_000,
  maxRecentBroadcastBytes: 1_000,
  frameIntervalMs: 33,
  frameCostMs: 1,
}
