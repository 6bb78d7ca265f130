-- Makes events happen, all or none, if the session has the version that was read and no other turn holds its lease.
-- KEYS  state, messages, fragments, hits, events, lease, receipts, gone
-- ARGV  1 version that was read   2 lease token ('' when no turn commits)   3 this commit's token
--       4 time to live in ms (0: never ends)   5 actor   6 what else a memory has, as JSON
--       7 number of messages   8 of fragments   9 of hits   10 of events
--       11 the request's name ('' when it has none)   12 its receipt as JSON
--       then messages; fragments as id, JSON; hits as id, JSON; events as JSON
-- Gives {'ok', version} or {'unknown'}, {'lost'}, {'busy'}, {'conflict', version now}.
local version = tonumber(redis.call('HGET', KEYS[1], 'version'))
if not version then return {'unknown'} end
local expected = tonumber(ARGV[1])
-- An answer that was lost on its way: the client sends the same commit again, and it counts once.
if version == expected + 1 and redis.call('HGET', KEYS[1], 'commit') == ARGV[3] then return {'ok', version} end
local holder = redis.call('GET', KEYS[6])
if ARGV[2] ~= '' and holder ~= ARGV[2] then return {'lost'} end
if ARGV[2] == '' and holder then return {'busy'} end
if version ~= expected then return {'conflict', version} end

version = version + 1
local at = 13
for _ = 1, tonumber(ARGV[7]) do
  redis.call('RPUSH', KEYS[2], ARGV[at])
  at = at + 1
end
for part = 8, 9 do
  for _ = 1, tonumber(ARGV[part]) do
    redis.call('HSET', KEYS[part - 5], ARGV[at], ARGV[at + 1])
    at = at + 2
  end
end
local now = redis.call('TIME') -- the server's clock: clients' clocks differ
local at_ms = now[1] * 1000 + math.floor(now[2] / 1000)
for number = 1, tonumber(ARGV[10]) do
  redis.call('XADD', KEYS[5], version .. '-' .. number, 'actor', ARGV[5], 'at_ms', string.format('%.0f', at_ms), 'event', ARGV[at])
  at = at + 1
end
if ARGV[11] ~= '' then redis.call('HSET', KEYS[7], ARGV[11], ARGV[12]) end
redis.call('HSET', KEYS[1], 'version', version, 'commit', ARGV[3], 'rest', ARGV[6])
if tonumber(ARGV[4]) > 0 then
  for i = 1, 5 do redis.call('PEXPIRE', KEYS[i], ARGV[4]) end
  redis.call('PEXPIRE', KEYS[7], ARGV[4])
else
  redis.call('PERSIST', KEYS[1]) -- a session that was made with a time to wait for its first commit
end
return {'ok', version}
