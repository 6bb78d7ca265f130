-- Logs a decision. Repeating it changes nothing, and neither does another one of the same id.
-- KEYS  decisions, states, rewards, changes, order, unexecuted, grades, costs, audits, the session's decisions
-- ARGV  1 decision id   2 decision as JSON   3 its session ('' for none)
-- Gives the decision that stands there, as JSON: this one, or the first of its id.
-- A state is `kind order at_ms place [reward tokens]`: the places of its reward and of itself in their lists, from 1, and
-- the tokens of its rewards, the newest first.
-- A line of `rewards` is `decision mark`, one of `changes` is `place mark`, the place from 0. The mark is a digest of the
-- line before and of what was given, so that it tells all that came up to here: who has read so far sees whether another
-- log stands there. Of a deleted decision the mark stays. Older logs have `decision` alone, or nothing where it is deleted.
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 0 then return redis.call('HGET', KEYS[1], ARGV[1]) end
local now = redis.call('TIME') -- the server's clock: clients' clocks differ
local place = redis.call('RPUSH', KEYS[5], ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], string.format('open 0 %.0f %d', now[1] * 1000 + math.floor(now[2] / 1000), place))
if ARGV[3] ~= '' then redis.call('RPUSH', KEYS[10], ARGV[1]) end
return ARGV[2]
