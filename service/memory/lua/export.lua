-- Reads all of a session at one moment, as it is stored; of a large one only what the parts are read by, see piece.lua.
-- KEYS  state, messages, fragments, hits, events, lease, receipts, gone
-- ARGV  1 most messages, fragments, hits and events together ('': any number)
-- Gives {token of the newest commit, version, the version that its life began with, what else a memory has as JSON},
-- and unless there are more, messages, fragments as id and JSON, hits as id and JSON, events with their ids as XRANGE
-- gives them; nil when there is no such session.
local state = redis.call('HMGET', KEYS[1], 'commit', 'version', 'base', 'rest')
if not state[2] then return nil end
local head = {state[1] or '', state[2], state[3] or '0', state[4]}
local size = redis.call('LLEN', KEYS[2]) + redis.call('HLEN', KEYS[3]) + redis.call('HLEN', KEYS[4])
  + redis.call('XLEN', KEYS[5])
if ARGV[1] ~= '' and size > tonumber(ARGV[1]) then return head end
head[5] = redis.call('LRANGE', KEYS[2], 0, -1)
head[6] = redis.call('HGETALL', KEYS[3])
head[7] = redis.call('HGETALL', KEYS[4])
head[8] = redis.call('XRANGE', KEYS[5], '-', '+')
return head
