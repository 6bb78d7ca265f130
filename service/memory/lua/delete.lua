-- Deletes a session with all that belongs to it, unless a turn runs on it.
-- KEYS  state, messages, fragments, hits, events, lease
-- Gives 'ok', 'unknown' or 'busy'.
if redis.call('EXISTS', KEYS[1]) == 0 then return 'unknown' end
if redis.call('EXISTS', KEYS[6]) == 1 then return 'busy' end
redis.call('DEL', unpack(KEYS))
return 'ok'
