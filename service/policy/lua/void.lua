-- Gives a decision up: its call failed, so nothing is learned from it. One that is rewarded stays so.
-- KEYS  decisions, states, rewards, changes, order, unexecuted, grades, costs, audits, the session's decisions
-- ARGV  1 decision id
-- Gives 1 when it is known, -1 when it is unknown.
local state = redis.call('HGET', KEYS[2], ARGV[1])
if not state then return -1 end
local places = string.match(state, '^open (.*)$')
if places then redis.call('HSET', KEYS[2], ARGV[1], 'void ' .. places) end
return 1
