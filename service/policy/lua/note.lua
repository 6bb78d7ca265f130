-- Notes something of a decision: the newest counts.
-- KEYS  decisions, states, rewards, changes, order, unexecuted, grades, costs, audits, the session's decisions
-- ARGV  1 decision id   2 what, as JSON   3 the place among KEYS of the hash that takes it
-- Gives 1 when the decision is known, -1 when it is unknown.
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 0 then return -1 end
redis.call('HSET', KEYS[tonumber(ARGV[3])], ARGV[1], ARGV[2])
return 1
