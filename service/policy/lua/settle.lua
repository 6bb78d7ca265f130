-- Puts what an audit really took in the place of what was reserved for it. Repeating it changes nothing.
-- KEYS  the account of audits of one UTC day: `day`, `spent`, and what each decision took
-- ARGV  1 decision id   2 tokens, at least 0
-- Gives 1, or 0 when the account has no such reservation: that was on a day before.
local kept = redis.call('HGET', KEYS[1], ARGV[1])
if not kept then return 0 end
redis.call('HINCRBY', KEYS[1], 'spent', ARGV[2] - kept)
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1
