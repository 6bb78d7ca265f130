-- Gives a request's name to what it asks for, and keeps its first answer, for a time.
-- KEYS  the request, and in a session the list of its requests: sorted, by the server's time in ms
-- ARGV  1 fingerprint of what it asks for   2 the answer ('' as long as there is none)   3 how long to keep both, in ms
-- Gives the answer that was kept before ('' when there was none); nil when the name is another request's.
local kept = redis.call('HMGET', KEYS[1], 'fingerprint', 'answer')
if kept[1] and kept[1] ~= ARGV[1] then return nil end
if not kept[2] then
  redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1])
  if ARGV[2] ~= '' then redis.call('HSET', KEYS[1], 'answer', ARGV[2]) end
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  if KEYS[2] then
    local time = redis.call('TIME')
    local now = time[1] * 1000 + math.floor(time[2] / 1000)
    redis.call('ZADD', KEYS[2], now, KEYS[1])
    redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('(%.0f', now - ARGV[3]))
    redis.call('PEXPIRE', KEYS[2], ARGV[3])
  end
end
return kept[2] or ''
