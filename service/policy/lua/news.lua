-- Reads what is new in the order of rewards to one who has learned the older ones.
-- KEYS  decisions, states, rewards, changes, order, unexecuted, grades, costs, audits, the session's decisions
-- ARGV  1 how many rewards were learned   2 the decision of the last of them ('' for none)
--       3 how many changes were seen      4 the last of them ('' for none)   5 most rewards to give
-- Gives {'lost'} when another log stands there, {'changed', place} when a reward that was learned is another one now or
-- gone (the first such place, from 0), followed by what ARGV 3 and 4 are to be next time; else {'read', how many places
-- were passed, the last one's decision, ARGV 3, ARGV 4, then decision and state, as kept, of each}.
local learned, seen = tonumber(ARGV[1]), tonumber(ARGV[3])
if learned > 0 then
  local last = redis.call('LINDEX', KEYS[3], learned - 1)
  if last ~= ARGV[2] and last ~= '' then return {'lost'} end
end
if seen > 0 and redis.call('LINDEX', KEYS[4], seen - 1) ~= ARGV[4] then return {'lost'} end
local changes = redis.call('LRANGE', KEYS[4], seen, -1)
local first, newest = learned, changes[#changes] or ARGV[4]
for _, change in ipairs(changes) do first = math.min(first, tonumber(string.match(change, '^%d+'))) end
if first < learned then return {'changed', first, seen + #changes, newest} end
local ids = redis.call('LRANGE', KEYS[3], learned, learned + ARGV[5] - 1)
local found = {'read', #ids, ids[#ids] or ARGV[2], seen + #changes, newest}
for _, id in ipairs(ids) do
  if id ~= '' then -- a deleted session's
    found[#found + 1] = redis.call('HGET', KEYS[1], id)
    found[#found + 1] = redis.call('HGET', KEYS[2], id)
  end
end
return found
