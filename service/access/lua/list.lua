-- Lists a tenant's API keys.
-- KEYS  records by hash, ids of the tenant
-- Gives the server's time in ms, then each record as JSON.
local time = redis.call('TIME')
local found = {time[1] * 1000 + math.floor(time[2] / 1000)}
for _, hash in ipairs(redis.call('HVALS', KEYS[2])) do
  local kept = redis.call('HGET', KEYS[1], hash)
  if kept then table.insert(found, kept) end
end
return found
