-- Makes events happen, all or none, if the session is what was read and no other turn holds its lease; or makes the
-- session with them, or empty.
-- KEYS  state, messages, fragments, hits, events, lease, receipts, gone
-- ARGV  1 version that was read, or that the session begins with   2 lease token ('' when no turn commits)   3 this commit's token
--       4 time to live in ms (0: never ends)   5 actor   6 what else a memory has, as JSON
--       7 the session's life ('' for any)   8 token of its creation ('' when it must exist)
--       9 number of messages   10 of fragments   11 of hits   12 of events
--       13 the request's name ('' when it has none)   14 its receipt as JSON
--       15 '1' when the session is made to wait for a first commit, and ends without it, else ''
--       16 token of the commit that was read ('' when it isn't known)
--       17 what leads back to the version before, as JSON; with the first event ('' without events)
--       18 how many versions the history goes back, about
--       19 a time to live of its own in ms, of a session that is made ('' when it has none): the shorter one counts
--       then messages; fragments as id, JSON; hits as id, JSON; events as JSON
-- Gives {'ok', the version that it made} or {'unknown'}, {'lost'}, {'busy'}, {'conflict', version now}, {'damaged'} when
-- keys of the session are gone; of a creation also {'again'} when this very one made the session before, {'exists'} when
-- there is another one.
-- What stands under the other keys: numbers of messages, fragments and hits, and the newest event. It is kept in the
-- state, so that a key that is gone by itself (evicted, or expired) is seen, by load.lua too.
local function extent()
  local newest = redis.call('XREVRANGE', KEYS[5], '+', '-', 'COUNT', 1)[1]
  return table.concat({
    redis.call('LLEN', KEYS[2]), redis.call('HLEN', KEYS[3]), redis.call('HLEN', KEYS[4]), newest and newest[1] or '-',
  }, ' ')
end
local version = tonumber(redis.call('HGET', KEYS[1], 'version'))
local creates = ARGV[8] ~= ''
if creates then
  if version then return {redis.call('HGET', KEYS[1], 'born') == ARGV[8] and 'again' or 'exists'} end
  version = tonumber(ARGV[1])
elseif not version then
  return {'unknown'}
end
local expected = tonumber(ARGV[1])
-- An answer that was lost on its way: the client sends the same commit again, and it counts once, also when others
-- committed in between. Each event has its commit's token as its first field.
local made = (expected + 1) .. '-1'
local first = redis.call('XRANGE', KEYS[5], made, made)[1]
if first and first[2][1] == 'commit' and first[2][2] == ARGV[3] then return {'ok', expected + 1} end
local holder = redis.call('GET', KEYS[6])
if ARGV[2] ~= '' and holder ~= ARGV[2] then return {'lost'} end
if ARGV[2] == '' and holder then return {'busy'} end
local state = redis.call('HMGET', KEYS[1], 'life', 'commit')
local another = not creates and ARGV[7] ~= '' and state[1] ~= ARGV[7]
-- A server that crashed may have lost what was read, and others made the same version of something else.
local rewound = ARGV[16] ~= '' and state[2] ~= ARGV[16]
if version ~= expected or another or rewound then return {'conflict', version} end
local known = redis.call('HGET', KEYS[1], 'extent')
if not creates and known and known ~= extent() then return {'damaged'} end

-- Nothing is written above this line: what is refused leaves nothing.
if creates then
  redis.call('DEL', unpack(KEYS, 2, 5)) -- what a session left that lost its state
  redis.call('DEL', KEYS[7])
  redis.call('HSET', KEYS[1], 'born', ARGV[8], 'life', ARGV[7], 'base', ARGV[1])
  if ARGV[19] ~= '' then redis.call('HSET', KEYS[1], 'idle', ARGV[19]) end
end
local at = 20
for _ = 1, tonumber(ARGV[9]) do
  redis.call('RPUSH', KEYS[2], ARGV[at])
  at = at + 1
end
for part = 10, 11 do
  for _ = 1, tonumber(ARGV[part]) do
    redis.call('HSET', KEYS[part - 7], ARGV[at], ARGV[at + 1])
    at = at + 2
  end
end
local events = tonumber(ARGV[12])
if events > 0 then version = version + 1 end
local now = redis.call('TIME') -- the server's clock: clients' clocks differ
local at_ms = now[1] * 1000 + math.floor(now[2] / 1000)
for number = 1, events do
  local entry = {
    'XADD', KEYS[5], version .. '-' .. number, 'commit', ARGV[3], 'actor', ARGV[5],
    'at_ms', string.format('%.0f', at_ms), 'event', ARGV[at]
  }
  if number == 1 and ARGV[17] ~= '' then
    entry[#entry + 1] = 'undo'
    entry[#entry + 1] = ARGV[17]
  end
  redis.call(unpack(entry))
  at = at + 1
end
-- Whole blocks of the stream at its old end: cheap, so now and then some versions more than asked for are left. The
-- newest stays, whatever was asked for: `extent` names it.
local oldest = version - math.max(tonumber(ARGV[18]), 1) + 1
if events > 0 and oldest > 1 then redis.call('XTRIM', KEYS[5], 'MINID', '~', oldest .. '-0') end
if ARGV[13] ~= '' then redis.call('HSET', KEYS[7], ARGV[13], ARGV[14]) end
redis.call('HSET', KEYS[1], 'version', version, 'commit', ARGV[3], 'rest', ARGV[6], 'extent', extent())
if ARGV[15] ~= '' then redis.call('HSET', KEYS[1], 'waits', '1') else redis.call('HDEL', KEYS[1], 'waits') end
local ttl_ms = tonumber(ARGV[4])
local idle_ms = tonumber(redis.call('HGET', KEYS[1], 'idle') or '0')
if ARGV[15] == '' and idle_ms > 0 and (ttl_ms == 0 or idle_ms < ttl_ms) then ttl_ms = idle_ms end
for _, key in ipairs({1, 2, 3, 4, 5, 7}) do
  if ttl_ms > 0 then redis.call('PEXPIRE', KEYS[key], ttl_ms) else redis.call('PERSIST', KEYS[key]) end
end
return {'ok', version}
