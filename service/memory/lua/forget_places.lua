-- Forgets places that lead to a session; one that leads to another session by now stays.
-- KEYS  the set of what leads to the session, then the places
-- ARGV  1 the session   2 its life   then the places' digests
-- Gives how many places were forgotten.
local gone = 0
for i = 2, #KEYS do
  local kept = redis.call('GET', KEYS[i])
  local place = kept and cjson.decode(kept)
  if place and place.session == ARGV[1] and place.life == ARGV[2] then gone = gone + redis.call('DEL', KEYS[i]) end
  redis.call('SREM', KEYS[1], ARGV[i + 1])
end
return gone
