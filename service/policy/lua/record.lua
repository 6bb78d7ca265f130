-- Logs a decision. Repeating it changes nothing, and neither does another one of the same id.
-- KEYS  meta, decisions, states, rewards, statistics, order, unexecuted
-- ARGV  1 decision id   2 decision as JSON   3 d, the length of the context vector
-- Gives the decision that stands there, as JSON: this one, or the first of its id.
if redis.call('HSETNX', KEYS[2], ARGV[1], ARGV[2]) == 0 then return redis.call('HGET', KEYS[2], ARGV[1]) end
local now = redis.call('TIME') -- the server's clock: clients' clocks differ
redis.call('HSET', KEYS[1], 'dimension', ARGV[3])
redis.call('HSET', KEYS[3], ARGV[1], string.format('open 0 %.0f', now[1] * 1000 + math.floor(now[2] / 1000)))
redis.call('RPUSH', KEYS[6], ARGV[1])
return ARGV[2]
