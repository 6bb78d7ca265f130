-- Finds how a decision's question was shown, by when the decision was made: nothing older is read, and no other message.
-- KEYS  state, messages, fragments, hits, events, lease, receipts, gone
-- ARGV  1 decision id   2 since when, in ms since 1970   3 most events to look at from there on
-- Gives {'found', version, event as JSON, the message that asks};
--       {'cut'} when events of that time were cut off; {'none'} when none of them is of this decision; nil when there is no
--       such session.
local base = redis.call('HMGET', KEYS[1], 'version', 'base')
if not base[1] then return nil end
local since, most = tonumber(ARGV[2]), tonumber(ARGV[3])
local oldest, newest = redis.call('XRANGE', KEYS[5], '-', '+', 'COUNT', 1)[1], redis.call('XREVRANGE', KEYS[5], '+', '-', 'COUNT', 1)[1]
if not oldest then return {'none'} end

local function field(event, name)
  for at = 1, #event[2], 2 do
    if event[2][at] == name then return event[2][at + 1] end
  end
end
local function version_of(event) return tonumber(string.match(event[1], '^%d+')) end
local function at_ms(event) return tonumber(field(event, 'at_ms')) end
local function from(version, count) return redis.call('XRANGE', KEYS[5], string.format('%d-0', version), '+', 'COUNT', count) end

-- The first version of that time: versions follow each other, and so do their times.
local low, high = version_of(oldest), version_of(newest)
while low < high do
  local middle = math.floor((low + high) / 2)
  if at_ms(from(middle, 1)[1]) < since then low = middle + 1 else high = middle end
end
local next, seen = string.format('%d-0', low), 0
while seen < most do
  local events = redis.call('XRANGE', KEYS[5], next, '+', 'COUNT', 20)
  if #events == 0 then break end
  for _, event in ipairs(events) do
    local text = field(event, 'event')
    if string.find(text, ARGV[1], 1, true) then -- reading each as JSON would take the time of all that was cut
      local happened = cjson.decode(text)
      if happened.kind == 'rewritten' and happened.decision == ARGV[1] then
        return {'found', tostring(version_of(event)), text, redis.call('LINDEX', KEYS[2], happened.span[1])}
      end
    end
  end
  seen, next = seen + #events, '(' .. events[#events][1]
end
if version_of(oldest) > tonumber(base[2] or '0') + 1 and at_ms(oldest) > since then return {'cut'} end
return {'none'}
