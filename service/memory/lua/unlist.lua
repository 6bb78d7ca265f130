-- Takes sessions that are gone off their tenant's list, unless they were made again since.
-- KEYS  the list
-- ARGV  session, the time that its gone self was listed with; and so on
-- Gives how many were taken off.
local taken = 0
for i = 1, #ARGV, 2 do
  local at_us = redis.call('ZSCORE', KEYS[1], ARGV[i])
  if at_us and tonumber(at_us) == tonumber(ARGV[i + 1]) then taken = taken + redis.call('ZREM', KEYS[1], ARGV[i]) end
end
return taken
