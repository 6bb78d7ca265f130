-- Deletes a session's records from a stretch of a tenant's turn log: small stretches, so that nobody waits for long.
-- KEYS  the log, what is left of the session's life
-- ARGV  1 the id to begin with   2 most records to look at   3 the session   4 its life ('': not known)
--       5 how long to remember that life, in ms
-- Gives the last id that was looked at ('' at the end of the log), and how many records were deleted. What is no record
-- stays: it names no session, and keeps none from going.
-- Before anything is deleted, so that a record which comes meanwhile, or waits in another process, isn't kept.
if ARGV[4] ~= '' then redis.call('SET', KEYS[2], '', 'PX', ARGV[5]) end
local rows = redis.call('XRANGE', KEYS[1], ARGV[1], '+', 'COUNT', ARGV[2])
local gone = {}
for _, row in ipairs(rows) do
  local read, record = pcall(cjson.decode, row[2][2])
  local named = read and type(record) == 'table' and record.session == ARGV[3]
  local here = named and (record.life == ARGV[4] or record.life == '')
  if here then gone[#gone + 1] = row[1] end
end
if #gone > 0 then redis.call('XDEL', KEYS[1], unpack(gone)) end
return {#rows == tonumber(ARGV[2]) and rows[#rows][1] or '', #gone}
