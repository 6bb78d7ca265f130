-- Keeps what an audit found. The first audit of a decision stands.
-- KEYS  decisions, states, rewards, changes, order, unexecuted, grades, costs, audits, the session's decisions
-- ARGV  1 decision id   2 what it found, as JSON
-- Gives 1 when the decision is known, -1 when it is unknown: its session may have been deleted meanwhile.
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 0 then return -1 end
local now = redis.call('TIME') -- the server's clock: clients' clocks differ
redis.call('HSETNX', KEYS[9], ARGV[1], string.format('%.0f %s', now[1] * 1000 + math.floor(now[2] / 1000), ARGV[2]))
return 1
