-- Reads what is new in the order of rewards to one who has learned the older ones.
-- KEYS  decisions, states, rewards, changes, order, unexecuted, grades, costs, audits, the session's decisions
-- ARGV  1 how many rewards were learned   2 the mark of the last of them, see record.lua ('' for none)
--       3 how many changes were seen      4 the last of them ('' for none)   5 most rewards to give
-- Gives {'lost'} when another log stands there, {'changed', place} when a reward that was learned is another one now or
-- gone (the first such place, from 0), followed by what ARGV 3 and 4 are to be next time; else {'read', '1' at the log's
-- end, how many places were passed, the last one's mark, ARGV 3, ARGV 4, then decision and state, as kept, of each}.
local MOST = 1000 -- so many changes are read at a time
local learned, mark, seen, newest, most = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])

local function mark_of(line) return string.match(line, ' (%x+)$') or line end -- of older logs it is the decision

if learned == 0 then -- nothing can be unlearned
  seen, newest = redis.call('LLEN', KEYS[4]), redis.call('LINDEX', KEYS[4], -1) or ''
else
  local last = redis.call('LINDEX', KEYS[3], learned - 1)
  if not last or (last ~= '' and mark_of(last) ~= mark) then return {'lost'} end
  if seen > 0 and redis.call('LINDEX', KEYS[4], seen - 1) ~= newest then return {'lost'} end
  local changes = redis.call('LRANGE', KEYS[4], seen, seen + MOST - 1)
  local first = learned
  seen, newest = seen + #changes, changes[#changes] or newest
  for _, change in ipairs(changes) do first = math.min(first, tonumber(string.match(change, '^%d+'))) end
  if first < learned then return {'changed', first, seen, newest} end
  -- Rewards are given to who has seen all changes: they are as those made them.
  if #changes == MOST then return {'read', '', 0, mark, seen, newest} end
end
local lines = redis.call('LRANGE', KEYS[3], learned, learned + most - 1)
if #lines > 0 then mark = mark_of(lines[#lines]) end
local found = {'read', #lines < most and '1' or '', #lines, mark, seen, newest}
for _, line in ipairs(lines) do
  local id = string.match(line, '^%S+')
  if id then -- else a deleted session's
    found[#found + 1] = redis.call('HGET', KEYS[1], id)
    found[#found + 1] = redis.call('HGET', KEYS[2], id)
  end
end
return found
