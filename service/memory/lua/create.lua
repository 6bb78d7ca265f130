-- Makes an empty session, unless there is one.
-- KEYS  state, messages, fragments, hits, events, lease, receipts, gone
-- ARGV  1 time to live until the first commit, in ms (0: never ends)   2 what else a memory has, as JSON   3 this creation's token
-- Gives 1 when made, 2 when this very creation made it before, 0 when there is another one.
if redis.call('EXISTS', KEYS[1]) == 1 then
  return redis.call('HGET', KEYS[1], 'born') == ARGV[3] and 2 or 0
end
redis.call('HSET', KEYS[1], 'version', 0, 'commit', ARGV[3], 'born', ARGV[3], 'rest', ARGV[2])
if tonumber(ARGV[1]) > 0 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return 1
