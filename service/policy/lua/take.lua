-- Takes decisions in that were logged elsewhere, each with what became of it. Repeating it changes nothing. Of one that
-- stands here it adds what isn't known yet of its cost, and its reward; whether it was executed or given up is known here.
-- KEYS  decisions, states, rewards, changes, order, unexecuted, grades, costs, audits, the session's decisions
-- ARGV  seven of each decision: 1 its id   2 decision as JSON, of no session   3 why its arm wasn't executed ('' when it
--       was)   4 what its turn took, as JSON ('' for nothing)   5 reward, in [0, 1], as %.17g; 'void' when it never gets
--       one; '' when it has none   6 the reward's token   7 its source and parts as JSON
-- Gives a number of each decision: 5 when it has no reward, 1 when that counted, 2 when this very one counted before, 3
-- when it corrected one that was taken in before, 0 when a reward of another source stands, 4 when the decision is void
-- here, -1 when the id is another decision's here: nothing was changed of that one, and those after it weren't looked at.

-- Whether two texts are one decision, made in another session perhaps.
local function same(one, other)
  if one == other then return true end
  one, other = cjson.decode(one), cjson.decode(other)
  if one.arm ~= other.arm or #one.x ~= #other.x then return false end
  for place, number in ipairs(one.x) do if other.x[place] ~= number then return false end end
  for arm, chance in pairs(one.propensities) do if other.propensities[arm] ~= chance then return false end end
  for arm in pairs(other.propensities) do if not one.propensities[arm] then return false end end
  return true
end

local function reward(id, number, token, grade)
  local state = redis.call('HGET', KEYS[2], id)
  local kind, order, at_ms, place, newest = string.match(state, '^(%a+) (%d+) (%d+) (%d+) ?%S* ?(%S*)')
  if kind == 'void' then return 4 end
  if kind == 'rewarded' then
    if newest == token then return 2 end
    local kept = redis.call('HGET', KEYS[7], id)
    if not kept or cjson.decode(kept).source ~= 'import' then return 0 end
    -- Who learned the reward that is replaced sees here that it has to learn anew from this place on.
    redis.call('RPUSH', KEYS[4], string.format('%d %s', order - 1, token))
  else
    order = redis.call('RPUSH', KEYS[3], id)
  end
  redis.call('HSET', KEYS[2], id, table.concat({'rewarded', order, at_ms, place, number, token}, ' '))
  redis.call('HSET', KEYS[7], id, grade)
  return kind == 'rewarded' and 3 or 1
end

local now = redis.call('TIME') -- the server's clock: clients' clocks differ
local at_ms = string.format('%.0f', now[1] * 1000 + math.floor(now[2] / 1000))
local said = {}
for first = 1, #ARGV, 7 do
  local id, text, unexecuted, cost, became = unpack(ARGV, first, first + 4)
  local stands = redis.call('HGET', KEYS[1], id)
  if stands and not same(stands, text) then
    said[#said + 1] = -1
    break
  end
  if not stands then
    redis.call('HSET', KEYS[1], id, text)
    local kind, place = became == 'void' and 'void' or 'open', redis.call('RPUSH', KEYS[5], id)
    redis.call('HSET', KEYS[2], id, string.format('%s 0 %s %d', kind, at_ms, place))
    if unexecuted ~= '' then redis.call('HSET', KEYS[6], id, unexecuted) end
  end
  if cost ~= '' then redis.call('HSETNX', KEYS[8], id, cost) end
  local none = became == '' or became == 'void'
  said[#said + 1] = none and 5 or reward(id, became, ARGV[first + 5], ARGV[first + 6])
end
return said
