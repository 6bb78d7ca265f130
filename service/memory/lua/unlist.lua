-- Takes sessions that are gone off their tenant's list, unless they were made again since.
-- KEYS  the list
-- ARGV  names of sessions, then as many times that their gone selves were listed with
-- Gives how many were taken off.
local count = #ARGV / 2
local now, off = redis.call('ZMSCORE', KEYS[1], unpack(ARGV, 1, count)), {}
for i = 1, count do
  if now[i] and tonumber(now[i]) == tonumber(ARGV[count + i]) then off[#off + 1] = ARGV[i] end
end
if #off == 0 then return 0 end
return redis.call('ZREM', KEYS[1], unpack(off))
