-- Puts a session on its tenant's list. The list may name sessions that are gone, or aren't made: readers look.
-- KEYS  the list
-- ARGV  1 session   2 'NX' to leave one alone that stands there, '' to give it a new time
-- Gives the number of new names.
local now = redis.call('TIME') -- the server's clock: clients' clocks differ
local at_us = string.format('%.0f', now[1] * 1000000 + now[2])
if ARGV[2] == 'NX' then return redis.call('ZADD', KEYS[1], 'NX', at_us, ARGV[1]) end
return redis.call('ZADD', KEYS[1], at_us, ARGV[1])
