-- Keeps an API key, and notes that there is one. Sent twice, it is the same.
-- KEYS  records by hash, ids of the tenant, the mark that there was a key once
-- ARGV  1 the key's hash   2 its id   3 its record as JSON, without times   4 how long it is valid, in ms ('': for ever)
-- Gives the record with its times, as JSON.
local kept = redis.call('HGET', KEYS[1], ARGV[1])
if kept then return kept end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local record = cjson.decode(ARGV[3])
record.created_ms = now
if ARGV[4] ~= '' then record.lifetime_ms, record.expires_ms = tonumber(ARGV[4]), now + tonumber(ARGV[4]) end
local written = cjson.encode(record)
redis.call('HSET', KEYS[1], ARGV[1], written)
redis.call('HSET', KEYS[2], ARGV[2], ARGV[1])
redis.call('SET', KEYS[3], '1')
return written
