-- Puts a new API key in the place of one: good for the same, and valid for as long, from now on, with the account that
-- the old one has. Sent twice, it is the same.
-- KEYS  records by hash, ids of the tenant
-- ARGV  1 the old key's id   2 the new one's hash   3 the new one's id   4 how long the old one is still valid, in ms
-- Gives the new record as JSON; nil when there is no valid key of this id.
local done = redis.call('HGET', KEYS[1], ARGV[2])
if done then return done end
local hash = redis.call('HGET', KEYS[2], ARGV[1])
local kept = hash and redis.call('HGET', KEYS[1], hash)
if not kept then return nil end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local old, new = cjson.decode(kept), cjson.decode(kept)
if old.expires_ms and old.expires_ms <= now then return nil end
new.id, new.created_ms, new.account = ARGV[3], now, old.account or old.id
-- Not by the old one's end, which may have been brought forward by another rotation.
new.expires_ms = old.lifetime_ms and now + old.lifetime_ms
local written = cjson.encode(new)
redis.call('HSET', KEYS[1], ARGV[2], written)
redis.call('HSET', KEYS[2], ARGV[3], ARGV[2])
local grace = tonumber(ARGV[4])
if grace == 0 then
  redis.call('HDEL', KEYS[1], hash)
  redis.call('HDEL', KEYS[2], ARGV[1])
elseif not old.expires_ms or now + grace < old.expires_ms then
  old.expires_ms = now + grace
  redis.call('HSET', KEYS[1], hash, cjson.encode(old))
end
return written
