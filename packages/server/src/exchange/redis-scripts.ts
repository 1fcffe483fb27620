import { createHash } from 'node:crypto'
import { VERSIONS_A_BATCH } from './exchange.js'

/** A Lua script that runs in Redis as one step. */
export interface Script {
  readonly text: string
  readonly sha1: string
}

/** Returns the script with a source text. */
export function scriptOf(text: string): Script {
  return { text, sha1: createHash('sha1').update(text).digest('hex') }
}

// A room is a hash: `life` (its first version, which identifies this log among the room's logs); `server`;
// `number`, `atMs` and `mark` (time and node) of the last batch; `checkpoint` and `state`; `total`, the
// characters of all batches; and `base`, the characters of batches that are no longer in the log. The
// log is a stream in which a batch's number is its id. A fence ties a node to the log in which it began,
// so that the node can't append to another one.

/**
 * Names the unbroken history of this Redis: another one after each restart, and after a replica took over. Empty if
 * the user may not ask. Tells whether a log was kept by another Redis, which may have had more of it.
 *
 * @see PROTOCOL.md EX23
 */
const SERVER = `
local info = redis.pcall('INFO', 'replication')
local server = type(info) == 'string' and string.match(info, 'master_replid:(%w+)') or ''
local function isElsewhere(keeper) return server ~= '' and keeper ~= server end
`

/**
 * Tells whether the log lost a batch that a node knows, even if another batch has its number now.
 * Redis may restart without its latest writes, and a replica may take over before it received them. A batch that a
 * checkpoint cut away may have been another one, unless the server is known to be the same.
 *
 * @see PROTOCOL.md EX25
 */
const FORGOT = `${SERVER}
local function forgot(number, known, mark)
  if number < known then return true end
  if known == 0 or mark == '' then return false end
  if number == known then return redis.call('HGET', KEYS[1], 'mark') ~= mark end
  local id = string.format('%.0f-0', known)
  local batch = redis.call('XRANGE', KEYS[2], id, id)[1]
  if not batch then return server == '' end
  return not string.find(string.sub(batch[2][2], 1, 256), ' ' .. mark .. '\\n', 1, true)
end
`

/** Replaces a room's log by an empty one, whose first version is above all earlier versions. Comes after SERVER. */
const BEGIN_ANEW = `
local function beginAnew(life, number, known)
  local time = redis.call('TIME')
  local first = tonumber(time[1]) * 1000000 + tonumber(time[2])
  local before = tonumber(life or '0') + ${VERSIONS_A_BATCH} * ((number or 0) + 1)
  local new = string.format('%.0f', math.max(first, before, known))
  redis.call('DEL', KEYS[1], KEYS[2])
  redis.call('HSET', KEYS[1], 'life', new, 'number', 0, 'atMs', 0, 'mark', '',
    'checkpoint', 0, 'state', '', 'total', 0, 'base', 0, 'server', server)
  return new
end
`

/**
 * Begins to follow a room. Creates its log if there is none, if it is an older one than this node knows, as after a
 * restart of Redis with an older snapshot, if it lost batches that this node knows or was kept by another Redis, or if
 * it doesn't reach back to its checkpoint.
 *
 * Keys: room, log, fence. Arguments: the life, number and mark of the last batch that this node knows;
 * the new value of the fence, how long to keep the room, how many batches to return.
 * Returns life, number, checkpoint, state, and the first batches after the checkpoint.
 */
export const JOIN = scriptOf(`${FORGOT}${BEGIN_ANEW}
local room = redis.call('HMGET', KEYS[1], 'life', 'number', 'checkpoint', 'state', 'server')
local life, number, checkpoint = room[1], tonumber(room[2]), tonumber(room[3])
local fresh = not life or isElsewhere(room[5]) or tonumber(life) < tonumber(ARGV[1])
  or (life == ARGV[1] and forgot(number, tonumber(ARGV[2]), ARGV[3]))
if not fresh and number > checkpoint then
  local next = string.format('%.0f-0', checkpoint + 1)
  fresh = #redis.call('XRANGE', KEYS[2], next, next) == 0
end
if fresh then
  local known = tonumber(ARGV[1]) + ${VERSIONS_A_BATCH} * (tonumber(ARGV[2]) + 1)
  life = beginAnew(life, number, known)
  number, checkpoint = 0, 0
  room[4] = ''
end
redis.call('SET', KEYS[3], ARGV[4], 'PX', ARGV[5])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
local batches = redis.call('XRANGE', KEYS[2], string.format('%.0f-0', checkpoint + 1), '+',
  'COUNT', ARGV[6])
local texts = {}
for index, batch in ipairs(batches) do texts[index] = batch[2][2] end
return {life, string.format('%.0f', number), string.format('%.0f', checkpoint), room[4], texts}
`)

/**
 * Appends a batch and publishes it.
 *
 * Keys: room, log, fence, channel. Arguments: life, the value of the fence, node, the operations, how
 * long to keep the room, how many batches and characters to keep at most, and the number and mark of
 * the last batch that this node knows.
 * Returns number and time; nothing if this node didn't begin in this log, or another Redis kept it.
 */
export const APPEND = scriptOf(`${SERVER}
local room = redis.call('HMGET', KEYS[1], 'life', 'number', 'atMs', 'total', 'base', 'mark', 'server')
if room[1] ~= ARGV[1] or redis.call('GET', KEYS[3]) ~= ARGV[2] then return false end
local last, known = tonumber(room[2]), tonumber(ARGV[8])
if isElsewhere(room[7]) then return false end
if last < known or (last == known and ARGV[9] ~= '' and room[6] ~= ARGV[9]) then return false end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local at = string.format('%.0f', math.max(tonumber(room[3]), now))
local number = string.format('%.0f', last + 1)
local mark = at .. ' ' .. ARGV[3]
local total = tonumber(room[4]) + #ARGV[4]
local text = table.concat({room[1], ' ', number, ' ', mark, '\\n', ARGV[4]})
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[6], number .. '-0', 'batch', text, 'total',
  string.format('%.0f', total))
local base = tonumber(room[5])
if total - base > tonumber(ARGV[7]) then
  redis.call('XTRIM', KEYS[2], 'MAXLEN', math.floor(redis.call('XLEN', KEYS[2]) / 2))
  local first = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
  base = first and tonumber(first[2][4]) or total
end
redis.call('HSET', KEYS[1], 'number', number, 'atMs', at, 'mark', mark,
  'total', string.format('%.0f', total), 'base', string.format('%.0f', base))
for index = 1, 3 do redis.call('PEXPIRE', KEYS[index], ARGV[5]) end
redis.call('SPUBLISH', KEYS[4], text)
return {number, at}
`)

/**
 * Reads batches. Keys: room, log. Arguments: life, the first number, how many.
 * Returns nothing if the log was replaced.
 */
export const READ = scriptOf(`
if redis.call('HGET', KEYS[1], 'life') ~= ARGV[1] then return false end
local batches = redis.call('XRANGE', KEYS[2], ARGV[2] .. '-0', '+', 'COUNT', ARGV[3])
local texts = {}
for index, batch in ipairs(batches) do texts[index] = batch[2][2] end
return texts
`)

/** Cuts the log. Keys: room, log. Arguments: life, number, state, how long to keep the room. */
export const CHECKPOINT = scriptOf(`
local room = redis.call('HMGET', KEYS[1], 'life', 'number', 'checkpoint', 'total')
local number = tonumber(ARGV[2])
if room[1] ~= ARGV[1] or number > tonumber(room[2]) or number <= tonumber(room[3]) then return 0 end
local id = string.format('%.0f-0', number)
local last = redis.call('XRANGE', KEYS[2], id, id)[1]
redis.call('HSET', KEYS[1], 'checkpoint', ARGV[2], 'state', ARGV[3])
if last then redis.call('HSET', KEYS[1], 'base', last[2][4]) end
redis.call('XTRIM', KEYS[2], 'MINID', string.format('%.0f-0', number + 1))
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
`)

/**
 * Keeps a room that is followed from expiring. Keys: room, log, fence. Arguments: life, the value of
 * the fence, how long to keep the room, and the number and mark of the last batch that this node knows.
 * Returns the number of the last batch; nothing if the log was replaced or has to be.
 */
export const HOLD = scriptOf(`${FORGOT}
local room = redis.call('HMGET', KEYS[1], 'life', 'number', 'server')
if room[1] ~= ARGV[1] or redis.call('GET', KEYS[3]) ~= ARGV[2] then return false end
if isElsewhere(room[3]) then return false end
if forgot(tonumber(room[2]), tonumber(ARGV[4]), ARGV[5]) then return false end
for index = 1, 3 do redis.call('PEXPIRE', KEYS[index], ARGV[3]) end
return room[2]
`)

/**
 * Renews a node's lease. Keys: epoch, leases. Arguments: node, the epoch to set if there is none, the
 * length of the lease, whether to remove leases that expired long ago.
 * Returns the epoch, the name of this Redis's history, and every node with the remaining milliseconds of its lease.
 */
export const PULSE = scriptOf(`${SERVER}
redis.call('SET', KEYS[1], ARGV[2], 'NX')
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZADD', KEYS[2], now + tonumber(ARGV[3]), ARGV[1])
if ARGV[4] == '1' then redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - 60000) end
local answer = {redis.call('GET', KEYS[1]), server}
local leases = redis.call('ZRANGE', KEYS[2], 0, -1, 'WITHSCORES')
for index = 1, #leases, 2 do
  answer[#answer + 1] = leases[index]
  answer[#answer + 1] = string.format('%.0f', tonumber(leases[index + 1]) - now)
end
return answer
`)

/** Gives up a lease. Keys: leases. Arguments: node. */
export const LEAVE = scriptOf(`return redis.call('ZREM', KEYS[1], ARGV[1])`)

/**
 * Discards a log that can't be used, so that the room begins again on every node. Keys: room, log.
 * Arguments: life, how long to keep the room. Returns 0 if the log was already replaced.
 */
export const DISCARD = scriptOf(`${SERVER}${BEGIN_ANEW}
local room = redis.call('HMGET', KEYS[1], 'life', 'number')
if room[1] ~= ARGV[1] then return 0 end
beginAnew(room[1], tonumber(room[2]), 0)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`)

/** Stops following a room. Keys: fence. */
export const PART = scriptOf(`return redis.call('DEL', KEYS[1])`)

/** Sends a notice to all nodes. Keys: the channel. Arguments: the text. */
export const TELL = scriptOf(`return redis.call('SPUBLISH', KEYS[1], ARGV[1])`)

/** Keeps a promise of a member. Keys: promise. Arguments: how long it holds. */
export const PROMISE = scriptOf(`return redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[1])`)

/**
 * Reads promises. Keys: promises. Returns two numbers for each: how long it was to hold, and how long it
 * still holds, in milliseconds; 0 and a negative number without one.
 */
export const PROMISED = scriptOf(`
local answer = {}
for index, key in ipairs(KEYS) do
  answer[2 * index - 1] = tonumber(redis.call('GET', key) or 0)
  answer[2 * index] = redis.call('PTTL', key)
end
return answer
`)
