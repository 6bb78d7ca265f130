-- Deletes the decisions of a session, with all that is known of them. Their places in the lists stay, without their ids.
-- KEYS  decisions, states, rewards, changes, order, unexecuted, grades, costs, audits, the session's decisions
-- Gives how many there were.

-- Adds a line to a list, with a mark: a digest of all that was added before, and of this. See record.lua.
local function add(key, what, given)
  local said = (redis.call('LINDEX', key, -1) or '') .. ' ' .. what .. ' ' .. given
  return redis.call('RPUSH', key, what .. ' ' .. string.sub(redis.sha1hex(said), 1, 16))
end

local ids = redis.call('LRANGE', KEYS[10], 0, -1)
for _, id in ipairs(ids) do
  local kind, order, place = string.match(redis.call('HGET', KEYS[2], id), '^(%a+) (%d+) %d+ (%d+)')
  redis.call('LSET', KEYS[5], place - 1, '')
  if kind == 'rewarded' then
    redis.call('LSET', KEYS[3], order - 1, string.match(redis.call('LINDEX', KEYS[3], order - 1), ' %x+$') or '')
    add(KEYS[4], string.format('%d', order - 1), id) -- so that it is unlearned
  end
  for _, part in ipairs({1, 2, 6, 7, 8, 9}) do redis.call('HDEL', KEYS[part], id) end
end
redis.call('DEL', KEYS[10])
return #ids
