-- Makes an empty session, unless there is one.
-- KEYS  state, messages, fragments, hits, events, lease
-- ARGV  1 time to live in ms (0: never ends)   2 what else a memory has, as JSON
-- Gives 1 when made, 0 when there is one.
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'version', 0, 'commit', '', 'rest', ARGV[2])
if tonumber(ARGV[1]) > 0 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return 1
