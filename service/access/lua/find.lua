-- Finds a valid API key by its hash.
-- KEYS  records by hash
-- ARGV  1 the key's hash
-- Gives {its record as JSON, how long it stays valid in ms (-1: for ever)}; nil when there is none that is valid.
local kept = redis.call('HGET', KEYS[1], ARGV[1])
if not kept then return nil end
local expires = cjson.decode(kept).expires_ms
if not expires then return {kept, -1} end
local time = redis.call('TIME')
local left = expires - (time[1] * 1000 + math.floor(time[2] / 1000))
if left <= 0 then return nil end
return {kept, left}
