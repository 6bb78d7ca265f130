-- Makes events happen, all or none, if the session is what was read and no other turn holds its lease; or makes the
-- session with them, or empty.
-- KEYS  state, messages, fragments, hits, events, lease, receipts, gone
-- ARGV  1 version that was read   2 lease token ('' when no turn commits)   3 this commit's token
--       4 time to live in ms (0: never ends)   5 actor   6 what else a memory has, as JSON
--       7 the session's life ('' for any)   8 token of its creation ('' when it must exist)
--       9 number of messages   10 of fragments   11 of hits   12 of events
--       13 the request's name ('' when it has none)   14 its receipt as JSON
--       then messages; fragments as id, JSON; hits as id, JSON; events as JSON
-- Gives {'ok', version} or {'unknown'}, {'lost'}, {'busy'}, {'conflict', version now}; of a creation also {'again'} when
-- this very one made the session before, {'exists'} when there is another one.
local version = tonumber(redis.call('HGET', KEYS[1], 'version'))
local creates = ARGV[8] ~= ''
if creates then
  if version then return {redis.call('HGET', KEYS[1], 'born') == ARGV[8] and 'again' or 'exists'} end
  version = 0
elseif not version then
  return {'unknown'}
end
local expected = tonumber(ARGV[1])
-- An answer that was lost on its way: the client sends the same commit again, and it counts once.
if version == expected + 1 and redis.call('HGET', KEYS[1], 'commit') == ARGV[3] then return {'ok', version} end
local holder = redis.call('GET', KEYS[6])
if ARGV[2] ~= '' and holder ~= ARGV[2] then return {'lost'} end
if ARGV[2] == '' and holder then return {'busy'} end
local another = not creates and ARGV[7] ~= '' and redis.call('HGET', KEYS[1], 'life') ~= ARGV[7]
if version ~= expected or another then return {'conflict', version} end

-- Nothing is written above this line: what is refused leaves nothing.
if creates then redis.call('HSET', KEYS[1], 'born', ARGV[8], 'life', ARGV[7]) end
local at = 15
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
  redis.call('XADD', KEYS[5], version .. '-' .. number, 'actor', ARGV[5], 'at_ms', string.format('%.0f', at_ms), 'event', ARGV[at])
  at = at + 1
end
if ARGV[13] ~= '' then redis.call('HSET', KEYS[7], ARGV[13], ARGV[14]) end
redis.call('HSET', KEYS[1], 'version', version, 'commit', ARGV[3], 'rest', ARGV[6])
if tonumber(ARGV[4]) > 0 then
  for _, key in ipairs({1, 2, 3, 4, 5, 7}) do redis.call('PEXPIRE', KEYS[key], ARGV[4]) end
else
  redis.call('PERSIST', KEYS[1]) -- a session that was made with a time to wait for its first commit
end
return {'ok', version}
