-- Reads all of a session at one moment, as it is stored.
-- KEYS  state, messages, fragments, hits, events, lease, receipts, gone
-- Gives {version, the version that its life began with, what else a memory has as JSON, messages, fragments as id and
-- JSON, hits as id and JSON, events with their ids as XRANGE gives them}; nil when there is no such session.
local state = redis.call('HMGET', KEYS[1], 'version', 'base', 'rest')
if not state[1] then return nil end
return {
  state[1], state[2] or '0', state[3], redis.call('LRANGE', KEYS[2], 0, -1), redis.call('HGETALL', KEYS[3]),
  redis.call('HGETALL', KEYS[4]), redis.call('XRANGE', KEYS[5], '-', '+'),
}
