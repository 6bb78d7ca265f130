-- Reads a session's events backwards, if it is the session that the reader knows.
-- KEYS  state, messages, fragments, hits, events, lease, receipts, gone
-- ARGV  1 the session's life ('' for any)   2 where to begin, as XREVRANGE takes it: a version, or '(' and an event's id
--       3 most events
-- Gives the events with their ids, newest first; nil when there is no such session, or another one of its name.
local life = redis.call('HGET', KEYS[1], 'life')
if not life or (ARGV[1] ~= '' and ARGV[1] ~= life) then return nil end
return redis.call('XREVRANGE', KEYS[5], ARGV[2], '-', 'COUNT', ARGV[3])
