-- Takes, keeps or gives back the lease of a session.
-- KEYS  state, messages, fragments, hits, events, lease, receipts, gone
-- ARGV  1 'acquire', 'renew' or 'release'   2 token   3 milliseconds until it frees itself
--       4 the session's time to live in ms (0: never ends), slid while a turn runs
-- Gives {'ok', the session's time to live in ms (0: never ends)}, {'unknown'} (no such session), {'busy'} (another turn
-- holds it) or {'lost'} (it isn't this turn's).
local ttl_ms, waits = tonumber(ARGV[4]), redis.call('HEXISTS', KEYS[1], 'waits') == 1
local idle_ms = waits and 0 or tonumber(redis.call('HGET', KEYS[1], 'idle') or '0')
if idle_ms > 0 and (ttl_ms == 0 or idle_ms < ttl_ms) then ttl_ms = idle_ms end -- a time of its own
local function slide()
  if ttl_ms > 0 then
    for _, key in ipairs({1, 2, 3, 4, 5, 7}) do redis.call('PEXPIRE', KEYS[key], ttl_ms) end
  elseif redis.call('PTTL', KEYS[1]) > 0 and not waits then
    -- It was made when sessions had a time to live. One that waits for its first commit keeps the time it has for that.
    for _, key in ipairs({1, 2, 3, 4, 5, 7}) do redis.call('PERSIST', KEYS[key]) end
  end
end
local holder = redis.call('GET', KEYS[6])
if ARGV[1] == 'acquire' then
  if redis.call('EXISTS', KEYS[1]) == 0 then return {'unknown'} end
  if holder and holder ~= ARGV[2] then return {'busy'} end
  redis.call('SET', KEYS[6], ARGV[2], 'PX', ARGV[3])
  slide()
  return {'ok', ttl_ms}
end
if holder ~= ARGV[2] then return {'lost'} end
if ARGV[1] == 'renew' then
  redis.call('PEXPIRE', KEYS[6], ARGV[3])
  slide()
else
  redis.call('DEL', KEYS[6])
end
return {'ok', ttl_ms}
