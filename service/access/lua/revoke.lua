-- Ends an API key, and forgets it. The mark that there was one stays.
-- KEYS  records by hash, ids of the tenant
-- ARGV  1 the key's id
-- Gives 1, or 0 when the tenant has none of this id.
local hash = redis.call('HGET', KEYS[2], ARGV[1])
if not hash then return 0 end
redis.call('HDEL', KEYS[1], hash)
redis.call('HDEL', KEYS[2], ARGV[1])
return 1
