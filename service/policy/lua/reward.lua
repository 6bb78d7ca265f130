-- Rewards a decision once, or corrects the reward that it has.
-- KEYS  decisions, states, rewards, changes, order, unexecuted, grades, costs, audits, the session's decisions
-- ARGV  1 decision id   2 reward, in [0, 1], as %.17g   3 this reward's token   4 its source and parts as JSON
--       5 '1' when it takes the place of one that counted before
-- Gives 1 when it counted, 2 when this very one counted before, 3 when it corrected another, 0 when the decision had its
-- reward or is void, -1 when it is unknown, -2 when a token of the same request (what stands before a hyphen) brought
-- another reward.
local OTHERS = 16 -- so many earlier tokens are remembered

-- Adds a line to a list, with a mark: a digest of all that was added before, and of this. See record.lua.
local function add(key, what, given)
  local said = (redis.call('LINDEX', key, -1) or '') .. ' ' .. what .. ' ' .. given
  return redis.call('RPUSH', key, what .. ' ' .. string.sub(redis.sha1hex(said), 1, 16))
end

local state = redis.call('HGET', KEYS[2], ARGV[1])
if not state then return -1 end
local kind, order, at_ms, place = string.match(state, '^(%a+) (%d+) (%d+) (%d+)')
local tokens, given = ARGV[3], ARGV[2] .. ' ' .. ARGV[3]
if kind == 'void' then return 0 end
if kind == 'rewarded' then
  -- An answer that was lost on its way: the client sends the same reward again, and it counts once, also when another
  -- one has taken its place since.
  local request, count = string.match(ARGV[3], '^(%w+)%-'), 0
  for kept in string.gmatch(string.match(state, '^%a+ %d+ %d+ %d+ %S+ (.*)$'), '%S+') do
    if kept == ARGV[3] then return 2 end
    if request and string.match(kept, '^(%w+)%-') == request then return -2 end
    if count < OTHERS then tokens, count = tokens .. ' ' .. kept, count + 1 end
  end
  if ARGV[5] ~= '1' then return 0 end
  -- Who learned the reward that is replaced sees here that it has to learn anew from this place on.
  add(KEYS[4], string.format('%d', order - 1), given)
else
  order = add(KEYS[3], ARGV[1], given)
end
redis.call('HSET', KEYS[2], ARGV[1], table.concat({'rewarded', order, at_ms, place, ARGV[2], tokens}, ' '))
redis.call('HSET', KEYS[7], ARGV[1], ARGV[4])
return kind == 'rewarded' and 3 or 1
