-- Keeps where conversations have come to in a session. Sent twice, it is the same. Where another session has come to the
-- same words, none can tell any more whose words come next: a place once shared so stays closed, whoever notes it.
-- KEYS  the set of what leads to the session, then the places
-- ARGV  1 how long to keep them, in ms (0: for ever)   then for each place: its digest, its JSON
local ttl_ms = tonumber(ARGV[1])
for i = 2, #KEYS do
  local digest, place = ARGV[2 * i - 2], ARGV[2 * i - 1]
  local kept = redis.call('GET', KEYS[i])
  local before, now = kept and cjson.decode(kept), cjson.decode(place)
  if before and (before.shared or before.session ~= now.session) then
    now.shared, now.open = true, false
    place = cjson.encode(now)
  end
  if ttl_ms > 0 then redis.call('SET', KEYS[i], place, 'PX', ttl_ms) else redis.call('SET', KEYS[i], place) end
  redis.call('SADD', KEYS[1], digest)
end
if ttl_ms > 0 then redis.call('PEXPIRE', KEYS[1], ttl_ms) else redis.call('PERSIST', KEYS[1]) end
return #KEYS - 1
