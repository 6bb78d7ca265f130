-- Reads a session as it is at one moment, and slides its time to live.
-- KEYS  state, messages, fragments, hits, events, lease, receipts, gone
-- ARGV  1 time to live in ms (0: never ends)   2 token of the commit that the reader knows ('': none)
-- Gives {version, commit, rest, messages, fragments, hits}; {version, commit} when the reader knows it; nil when there
-- is no such session.
local version = redis.call('HGET', KEYS[1], 'version')
if not version then return nil end
if tonumber(ARGV[1]) > 0 then
  for i = 1, 5 do redis.call('PEXPIRE', KEYS[i], ARGV[1]) end
  redis.call('PEXPIRE', KEYS[7], ARGV[1])
end
local commit = redis.call('HGET', KEYS[1], 'commit')
if commit == ARGV[2] then return {version, commit} end
return {
  version, commit, redis.call('HGET', KEYS[1], 'rest'), redis.call('LRANGE', KEYS[2], 0, -1),
  redis.call('HVALS', KEYS[3]), redis.call('HGETALL', KEYS[4]),
}
