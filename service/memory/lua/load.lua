-- Reads a session as it is at one moment, and slides its time to live.
-- KEYS  state, messages, fragments, hits, events, lease, receipts, gone
-- ARGV  1 time to live in ms (0: never ends)   2 token of the commit that the reader knows ('': none)   3 its life
--       4 its version   5 its number of messages   6 most events that are worth sending in place of the whole
-- Gives {'same'} when the reader knows it;
--       {'since', commit, messages that came since, events since with their ids, as XRANGE gives them};
--       {'whole', commit, version, life, rest, messages, fragments, hits};
--       {'damaged'} when keys of it are gone; nil when there is no such session.
local state = redis.call('HMGET', KEYS[1], 'version', 'commit', 'life', 'extent', 'waits', 'base', 'idle')
local version, commit, life, extent, waits = state[1], state[2], state[3] or '', state[4], state[5]
if not version then return nil end
-- What each commit left under the other keys, as commit.lua wrote it, must still be there.
local newest = redis.call('XREVRANGE', KEYS[5], '+', '-', 'COUNT', 1)[1]
local there = table.concat({
  redis.call('LLEN', KEYS[2]), redis.call('HLEN', KEYS[3]), redis.call('HLEN', KEYS[4]), newest and newest[1] or '-',
}, ' ')
if extent and extent ~= there then return {'damaged'} end
local ttl_ms, idle_ms = tonumber(ARGV[1]), waits and 0 or tonumber(state[7] or '0')
if idle_ms > 0 and (ttl_ms == 0 or idle_ms < ttl_ms) then ttl_ms = idle_ms end -- a time of its own
if ttl_ms > 0 then
  for _, key in ipairs({1, 2, 3, 4, 5, 7}) do redis.call('PEXPIRE', KEYS[key], ttl_ms) end
elseif not waits and redis.call('PTTL', KEYS[1]) > 0 then
  -- It was made when sessions had a time to live. One that waits for its first commit keeps the time it has for that.
  for _, key in ipairs({1, 2, 3, 4, 5, 7}) do redis.call('PERSIST', KEYS[key]) end
end
if commit == ARGV[2] then return {'same'} end
-- Whether what the reader knows is a part of this history: a server that crashed may have lost it, and others went on from
-- before. Each event has its commit's token as its first field; what a life began with is one.
local function shared(at)
  if life ~= ARGV[3] or tonumber(version) <= at then return false end
  local last = redis.call('XRANGE', KEYS[5], at .. '-1', at .. '-1')[1]
  return at == tonumber(state[6] or '0') or (last and last[2][1] == 'commit' and last[2][2] == ARGV[2])
end
if ARGV[2] ~= '' and shared(tonumber(ARGV[4])) then
  local most, next = tonumber(ARGV[6]), tonumber(ARGV[4]) + 1
  local events = redis.call('XRANGE', KEYS[5], next .. '-0', '+', 'COUNT', most + 1)
  -- Only if none is missing: the stream may be cut at its old end.
  if #events > 0 and #events <= most and events[1][1] == next .. '-1' then
    return {'since', commit, redis.call('LRANGE', KEYS[2], ARGV[5], -1), events}
  end
end
return {
  'whole', commit, version, life, redis.call('HGET', KEYS[1], 'rest'), redis.call('LRANGE', KEYS[2], 0, -1),
  redis.call('HVALS', KEYS[3]), redis.call('HGETALL', KEYS[4]),
}
