-- Adds a record to a tenant's turn log, and lets the oldest go. Sent twice, it counts once. One that comes after the
-- records of its session's life were deleted isn't kept: it waited meanwhile, in whichever process.
-- KEYS  the log, what is left of an addition, what is left of its session's life
-- ARGV  1 the record as JSON   2 about how many records to keep   3 how long to remember this addition, in ms
-- Gives the record's id: the server's time in ms, and a number; '' where it isn't kept.
local id = redis.call('GET', KEYS[2])
if id then return id end
if redis.call('EXISTS', KEYS[3]) == 1 then return '' end
id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', 'record', ARGV[1])
redis.call('SET', KEYS[2], id, 'PX', ARGV[3])
return id
