-- Makes a session of what stage.lua put together, all or none: what could fail is checked before anything is written.
-- Sent twice, it is the same.
-- KEYS  state, messages, fragments, hits, events, lease, receipts, gone, then messages, fragments, hits, events that were
--       put together
-- ARGV  1 version   2 the version that its life began with   3 what else a memory has, as JSON   4 its new life
--       5 token of its creation   6 time to live in ms (0: never ends)   7 number of messages   8 of fragments   9 of hits
--       10 of events
-- Gives 'ok', 'exists' when there is another session of this name, or 'lost' when there isn't so much put together.
if redis.call('EXISTS', KEYS[1]) == 1 then
  return redis.call('HGET', KEYS[1], 'born') == ARGV[5] and 'ok' or 'exists'
end
for part, count in ipairs({'LLEN', 'HLEN', 'HLEN', 'XLEN'}) do
  if redis.call(count, KEYS[8 + part]) ~= tonumber(ARGV[6 + part]) then return 'lost' end
end
redis.call('DEL', unpack(KEYS, 2, 5)) -- what a session left that lost its state
redis.call('DEL', KEYS[7])
for part = 1, 4 do
  if redis.call('EXISTS', KEYS[8 + part]) == 1 then
    redis.call('RENAME', KEYS[8 + part], KEYS[1 + part])
    redis.call('PERSIST', KEYS[1 + part])
  end
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
