-- Makes a session of what another one was, all or none. Sent twice, it is the same.
-- KEYS  state, messages, fragments, hits, events, lease, receipts, gone
-- ARGV  1 version   2 the version that its life began with   3 what else a memory has, as JSON   4 its new life
--       5 token of its creation   6 time to live in ms (0: never ends)   7 number of messages   8 of fragments   9 of hits
--       10 of events   then messages; fragments as id, JSON; hits as id, JSON; events as id, number of fields, fields
-- Gives 'ok', or 'exists' when there is another session of this name.
if redis.call('EXISTS', KEYS[1]) == 1 then
  return redis.call('HGET', KEYS[1], 'born') == ARGV[5] and 'ok' or 'exists'
end
redis.call('DEL', unpack(KEYS, 2, 5)) -- what a session left that lost its state
redis.call('DEL', KEYS[7])
local at = 11
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
for _ = 1, tonumber(ARGV[10]) do
  local fields = tonumber(ARGV[at + 1])
  redis.call('XADD', KEYS[5], ARGV[at], unpack(ARGV, at + 2, at + 1 + fields))
  at = at + 2 + fields
end
local newest = redis.call('XREVRANGE', KEYS[5], '+', '-', 'COUNT', 1)[1]
local extent = table.concat({ -- as commit.lua keeps it
  redis.call('LLEN', KEYS[2]), redis.call('HLEN', KEYS[3]), redis.call('HLEN', KEYS[4]), newest and newest[1] or '-',
}, ' ')
redis.call('HSET', KEYS[1], 'born', ARGV[5], 'life', ARGV[4], 'base', ARGV[2], 'version', ARGV[1], 'commit', ARGV[5],
  'rest', ARGV[3], 'extent', extent)
if tonumber(ARGV[6]) > 0 then
  for part = 1, 5 do redis.call('PEXPIRE', KEYS[part], ARGV[6]) end
end
return 'ok'
