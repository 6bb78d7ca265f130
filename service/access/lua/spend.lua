-- Counts what an API key and its tenant use, and refuses a request that goes over a limit of either. A request that is
-- refused isn't counted. Sent twice, a request counts twice: that errs on the safe side.
-- KEYS  for each account: what it has used, and its requests that run: tokens held and an id, by when the hold ends
-- ARGV  1 requests to count, 0 or 1   2 tokens used since the last call   3 bytes that came since then
--       4 bytes of the request's body   5 tokens held while it runs, 0 for one that takes none   6 its hold
--       7 a minute   8 a day   9 the longest time of a hold, all in ms
--       then for each account: most requests a minute, tokens a day, bytes a day (0: no limit); then holds that end
-- Gives {the account that refuses, 0 for none, what: requests, tokens, running (what runs may use what is left) or bytes,
-- ms to wait, -1 where no time mends it, and for each account: requests, tokens and bytes left, each with the ms until
-- all are there again}.
local a, accounts, refusing, what, wait = {}, {}, 0, '', 0
for i = 1, #ARGV do a[i] = tonumber(ARGV[i]) end
local count = #KEYS / 2
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local names, lengths = {'requests', 'tokens', 'bytes'}, {a[7], a[8], a[8]}
for i = 1, count do
  local used, running = KEYS[2 * i - 1], KEYS[2 * i]
  local one = {most = {}, spent = {}, ends = {}, held = 0}
  for j, name in ipairs(names) do
    local kept = redis.call('HMGET', used, name, name .. '_until')
    one.most[j], one.spent[j], one.ends[j] = a[9 + 3 * (i - 1) + j], tonumber(kept[1] or '0'), tonumber(kept[2] or '0')
    if one.ends[j] <= now then one.spent[j], one.ends[j] = 0, now + lengths[j] end
  end
  one.spent[2], one.spent[3] = one.spent[2] + a[2], one.spent[3] + a[3]
  for j = 10 + 3 * count, #ARGV do redis.call('ZREM', running, ARGV[j]) end
  redis.call('ZREMRANGEBYSCORE', running, '-inf', now)
  for _, hold in ipairs(redis.call('ZRANGE', running, 0, -1)) do one.held = one.held + tonumber(hold:match('^%d+')) end
  accounts[i] = one
end
for i, one in ipairs(accounts) do
  local function over(name, ends) if refusing == 0 then refusing, what, wait = i, name, ends - now end end
  local most, spent, ends = one.most, one.spent, one.ends
  if a[1] == 1 then
    if most[1] > 0 and spent[1] >= most[1] then over('requests', ends[1]) end
    if most[2] > 0 and a[5] > 0 and spent[2] >= most[2] then over('tokens', ends[2]) end
    if most[2] > 0 and a[5] > 0 and one.held > 0 and spent[2] + one.held >= most[2] then over('running', now + 1000) end
    if most[3] > 0 and a[4] > 0 and spent[3] + a[4] > most[3] then
      over('bytes', a[4] > most[3] and now - 1 or ends[3])
    end
  elseif most[3] > 0 and a[3] > 0 and spent[3] > most[3] then over('bytes', ends[3]) end
end
local said = {refusing, what, wait}
for i, one in ipairs(accounts) do
  local used, running = KEYS[2 * i - 1], KEYS[2 * i]
  if a[1] == 1 and refusing == 0 then
    one.spent[1], one.spent[3] = one.spent[1] + 1, one.spent[3] + a[4]
    if a[5] > 0 and one.most[2] > 0 then
      redis.call('ZADD', running, string.format('%d', now + a[9]), ARGV[6])
      redis.call('PEXPIRE', running, ARGV[9])
    end
  end
  for j, name in ipairs(names) do
    redis.call('HSET', used, name, string.format('%d', one.spent[j]), name .. '_until', string.format('%d', one.ends[j]))
    said[#said + 1] = math.max(0, one.most[j] - one.spent[j])
    said[#said + 1] = one.ends[j] - now
  end
  redis.call('PEXPIREAT', used, string.format('%d', math.max(unpack(one.ends))))
end
return said
