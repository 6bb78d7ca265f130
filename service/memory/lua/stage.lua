-- Adds a batch to what a session is put together from, which nobody sees yet. Sent twice, it counts once.
-- KEYS  messages, fragments, hits, events
-- ARGV  1 number of the key that gets it   2 how many entries it has so far   3 how long all is kept from now on, in ms
--       4 number of entries of the batch   then messages; fragments or hits as id, JSON; events as id, number of fields,
--       fields. No id stands there twice, and those of events rise.
-- Gives 'ok', or 'lost' when the key has another number of entries.
local part = tonumber(ARGV[1])
local key, before, more, at = KEYS[part], tonumber(ARGV[2]), tonumber(ARGV[4]), 5
local there = redis.call(({'LLEN', 'HLEN', 'HLEN', 'XLEN'})[part], key)
if there ~= before then return there == before + more and 'ok' or 'lost' end
for _ = 1, more do
  if part == 1 then
    redis.call('RPUSH', key, ARGV[at])
    at = at + 1
  elseif part < 4 then
    redis.call('HSET', key, ARGV[at], ARGV[at + 1])
    at = at + 2
  else
    local fields = tonumber(ARGV[at + 1])
    redis.call('XADD', key, ARGV[at], unpack(ARGV, at + 2, at + 1 + fields))
    at = at + 2 + fields
  end
end
for each = 1, 4 do redis.call('PEXPIRE', KEYS[each], ARGV[3]) end
return 'ok'
