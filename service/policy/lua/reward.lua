-- Rewards a decision once, and teaches the posterior of the arm drawn in the same step.
-- KEYS  meta, decisions, states, rewards, statistics, order, unexecuted
-- ARGV  1 decision id   2 reward, in [0, 1], as %.17g   3 this reward's token
-- Gives 1 when it counted, 2 when this very one counted before, 0 when the decision had its reward or is void, -1 when
-- it is unknown, -2 when a token of the same request (what stands before a hyphen) brought another reward.
-- An arm's statistics are `n squares moment[d] gram[d*d]`, doubles as %.17g, which come back bit for bit.
local state = redis.call('HGET', KEYS[3], ARGV[1])
if not state then return -1 end
if string.sub(state, 1, 5) ~= 'open ' then
  -- An answer that was lost on its way: the client sends the same reward again, and it counts once.
  local kept = string.match(state, '(%S+)$')
  if kept == ARGV[3] then return 2 end
  local request = string.match(ARGV[3], '^(%w+)%-')
  return request and string.match(kept, '^(%w+)%-') == request and -2 or 0
end

local decision = cjson.decode(redis.call('HGET', KEYS[2], ARGV[1]))
local reward, d = tonumber(ARGV[2]), tonumber(redis.call('HGET', KEYS[1], 'dimension'))
-- cjson reads a number through strtod, as tonumber does: x is exact.
local x, sums = decision.x, {}
local kept = redis.call('HGET', KEYS[5], decision.arm)
if kept then
  for number in string.gmatch(kept, '%S+') do sums[#sums + 1] = tonumber(number) end
else
  for i = 1, 2 + d + d * d do sums[i] = 0 end
end
sums[1] = sums[1] + 1
sums[2] = sums[2] + reward * reward
for i = 1, d do
  sums[2 + i] = sums[2 + i] + reward * x[i]
  for j = 1, d do
    local at = 2 + d + (i - 1) * d + j
    sums[at] = sums[at] + x[i] * x[j]
  end
end
for i = 1, #sums do sums[i] = string.format('%.17g', sums[i]) end
redis.call('HSET', KEYS[5], decision.arm, table.concat(sums, ' '))
local order = redis.call('RPUSH', KEYS[4], ARGV[1])
local at_ms = string.match(state, '(%d+)$')
redis.call('HSET', KEYS[3], ARGV[1], 'rewarded ' .. order .. ' ' .. at_ms .. ' ' .. ARGV[2] .. ' ' .. ARGV[3])
return 1
