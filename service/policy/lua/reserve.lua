-- Takes tokens of a day's budget for an audit, if there are so many left. Repeating it takes no more.
-- KEYS  the account of audits of one UTC day, by the server's clock: `day`, `spent`, and what each decision took
-- ARGV  1 decision id   2 tokens, at least 0   3 the day's budget in tokens   4 how long to keep the account, in ms
-- Gives 1 when they are taken, 0 when the budget has no room for them.
local day = string.format('%.0f', math.floor(redis.call('TIME')[1] / 86400))
if redis.call('HGET', KEYS[1], 'day') ~= day then
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'day', day, 'spent', 0)
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
end
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then return 1 end
if redis.call('HGET', KEYS[1], 'spent') + ARGV[2] > tonumber(ARGV[3]) then return 0 end
redis.call('HINCRBY', KEYS[1], 'spent', ARGV[2])
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1
