-- Ends all API keys of a tenant. The mark that there was a key once stays. Sent twice, it is the same.
-- KEYS  records by hash, ids of the tenant
-- Gives how many there were.
local hashes = redis.call('HVALS', KEYS[2])
for _, hash in ipairs(hashes) do redis.call('HDEL', KEYS[1], hash) end
redis.call('DEL', KEYS[2])
return #hashes
