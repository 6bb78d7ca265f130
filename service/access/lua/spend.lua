-- Counts what an API key uses, and refuses a request that goes over a limit. A request that is refused isn't counted.
-- Sent twice, a request counts twice: that errs on the safe side.
-- KEYS  what the key has used
-- ARGV  1 requests to count, 0 or 1   2 tokens that were used since the last call   3 whether the request may take tokens
--       4 most requests a minute   5 most tokens a day (0: no limit)   6 a minute, in ms   7 a day, in ms
-- Gives {'' or the limit that refuses: requests or tokens, requests left, ms until they are all there again,
-- tokens left, ms until they are}.
local a = {}
for i = 1, #ARGV do a[i] = tonumber(ARGV[i]) end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local kept = redis.call('HMGET', KEYS[1], 'requests', 'requests_until', 'tokens', 'tokens_until')
local requests, requests_until = tonumber(kept[1] or '0'), tonumber(kept[2] or '0')
local tokens, tokens_until = tonumber(kept[3] or '0'), tonumber(kept[4] or '0')
if requests_until <= now then requests, requests_until = 0, now + a[6] end
if tokens_until <= now then tokens, tokens_until = 0, now + a[7] end
tokens = tokens + a[2]
local refused = ''
if a[1] == 1 then
  if a[4] > 0 and requests >= a[4] then refused = 'requests'
  elseif a[3] == 1 and a[5] > 0 and tokens >= a[5] then refused = 'tokens'
  else requests = requests + 1 end
end
redis.call('HSET', KEYS[1], 'requests', requests, 'requests_until', string.format('%d', requests_until),
  'tokens', string.format('%d', tokens), 'tokens_until', string.format('%d', tokens_until))
redis.call('PEXPIREAT', KEYS[1], string.format('%d', math.max(requests_until, tokens_until)))
return {
  refused, math.max(0, a[4] - requests), requests_until - now, math.max(0, a[5] - tokens), tokens_until - now,
}
