-- Reads a piece of a session, if nothing happened to it since export.lua gave its token.
-- KEYS  state, messages, fragments, hits, events, lease, receipts, gone
-- ARGV  1 token of its newest commit then   2 'messages', 'fragments', 'hits' or 'events'
--       3 where the piece begins, as the one before gave it ('': at the beginning)   4 about how many
-- Gives {where the next piece begins ('' at the end), messages; id and JSON by turns; or events as XRANGE gives them};
-- nil when something happened to the session, or it is gone.
local state = redis.call('HMGET', KEYS[1], 'commit', 'version')
if not state[2] or (state[1] or '') ~= ARGV[1] then return nil end
local many = tonumber(ARGV[4])
if ARGV[2] == 'messages' then
  local first = tonumber(ARGV[3] ~= '' and ARGV[3] or '0')
  local found = redis.call('LRANGE', KEYS[2], first, first + many - 1)
  return {#found == many and tostring(first + many) or '', found}
elseif ARGV[2] == 'events' then
  local found = redis.call('XRANGE', KEYS[5], ARGV[3] ~= '' and '(' .. ARGV[3] or '-', '+', 'COUNT', many)
  return {#found == many and found[many][1] or '', found}
end
local hash = ARGV[2] == 'fragments' and KEYS[3] or KEYS[4]
local found = redis.call('HSCAN', hash, ARGV[3] ~= '' and ARGV[3] or '0', 'COUNT', many)
return {found[1] ~= '0' and found[1] or '', found[2]}
