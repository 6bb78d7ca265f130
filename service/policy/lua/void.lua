-- Gives a decision up: its call failed, so nothing is learned from it. One that is rewarded stays so.
-- KEYS  meta, decisions, states, rewards, statistics, order, unexecuted
-- ARGV  1 decision id
-- Gives 1 when it is known, -1 when it is unknown.
local state = redis.call('HGET', KEYS[3], ARGV[1])
if not state then return -1 end
if string.sub(state, 1, 5) == 'open ' then
  redis.call('HSET', KEYS[3], ARGV[1], 'void 0 ' .. string.match(state, '(%d+)$'))
end
return 1
