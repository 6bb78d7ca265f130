-- Deletes a session with all that belongs to it, unless a turn runs on it.
-- KEYS  state, messages, fragments, hits, events, lease, receipts, gone
-- ARGV  1 only if this is the version ('': any)   2 this deletion's token   3 how long to remember it, in ms
--       4 only if this is its life ('': any)   5 the request's name ('' when it has none)
-- Gives {'ok', the life that was deleted}, {'unknown'}, {'reused'} when another request of this name did something here,
-- {'busy'} or {'conflict', version now}. Remembers the token, and behind a space the life.
-- An answer that was lost on its way: the client sends the same deletion again, and it counts once; a session that was
-- made since under the same name stays.
local gone, ended = string.match(redis.call('GET', KEYS[8]) or '', '^(%S*) ?(%S*)$')
if gone == ARGV[2] then return {'ok', ended} end
local version = redis.call('HGET', KEYS[1], 'version')
if not version then return {'unknown'} end
-- A deletion takes all receipts with it, so whatever stands under its name is of another request.
if ARGV[5] ~= '' and redis.call('HEXISTS', KEYS[7], ARGV[5]) == 1 then return {'reused'} end
if redis.call('EXISTS', KEYS[6]) == 1 then return {'busy'} end
local another = ARGV[4] ~= '' and redis.call('HGET', KEYS[1], 'life') ~= ARGV[4]
if ARGV[1] ~= '' and (ARGV[1] ~= version or another) then return {'conflict', version} end
local life = redis.call('HGET', KEYS[1], 'life') or ''
redis.call('DEL', unpack(KEYS, 1, 7))
redis.call('SET', KEYS[8], ARGV[2] .. ' ' .. life, 'PX', ARGV[3])
return {'ok', life}
