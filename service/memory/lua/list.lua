-- Puts a session on its tenant's list. The list may name sessions that are gone, or aren't made: readers look.
-- KEYS  the list
-- ARGV  1 session   2 'NX' to leave one alone that stands there, '' to give it a new time
--       3 most sessions on the list, for one that doesn't stand there yet; 0 is no limit
-- Gives 1; 0 when there is no room for it.
local most = tonumber(ARGV[3])
if most > 0 and redis.call('ZCARD', KEYS[1]) >= most and not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
local now = redis.call('TIME') -- the server's clock: clients' clocks differ
local at_us = string.format('%.0f', now[1] * 1000000 + now[2])
if ARGV[2] == 'NX' then redis.call('ZADD', KEYS[1], 'NX', at_us, ARGV[1])
else redis.call('ZADD', KEYS[1], at_us, ARGV[1]) end
return 1
