-- Takes a decision up again that was given up, because its request is made again. One that is rewarded stays so.
-- KEYS  meta, decisions, states, rewards, statistics, order, unexecuted
-- ARGV  1 decision id
-- Gives 1 when it is known, -1 when it is unknown.
local state = redis.call('HGET', KEYS[3], ARGV[1])
if not state then return -1 end
if string.sub(state, 1, 5) == 'void ' then
  redis.call('HSET', KEYS[3], ARGV[1], 'open 0 ' .. string.match(state, '(%d+)$'))
end
return 1
